import { fileURLToPath } from 'node:url'
import { build, type PluginOption } from 'vite'
import type { Lab } from './startLab'

/** Serves a TypeScript file of e2e/ with the packages that it imports in one module, as an application would: nothing is lowered. */
export async function bundleModule(lab: Lab, file: string, plugins: PluginOption[] = []): Promise<string> {
  const name = file.replace(/^.*\//, '').replace(/\.ts$/, '')
  const result = await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    plugins,
    build: {
      write: false,
      target: 'esnext',
      minify: false,
      modulePreload: false,
      rolldownOptions: {
        input: { [name]: fileURLToPath(new URL(`../${file}`, import.meta.url)) },
        checks: { eval: false, moduleLevelDirective: false }, // of packages
        external: ['@codomyrmex/telemetry'], // the page's own copy, by its import map
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', codeSplitting: false },
      },
    },
  })
  if (Array.isArray(result) || !('output' in result)) throw new Error('one build gives one output')
  return lab.script(`bundles/${name}.js`, result.output[0].code)
}
