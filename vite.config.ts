import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { MinifyOptions } from 'terser'
import type { Plugin, UserConfig } from 'vite'
import { defineConfig } from 'vitest/config'
import { bundledNotices } from './.ci/bundledNotices.mjs'
import { embedZone, zoneNotice } from './.ci/embedZone.mjs'
import { fewLetters } from './.ci/fewLetters.mjs'
import { minifyFirst } from './.ci/minifyFirst.mjs'
import { privateNames } from './.ci/privateNames.mjs'
import { twoParts } from './.ci/twoParts.mjs'

const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/** What applications import by name: readable modules, which their own build minifies. One line for each public entry. */
const npmEntries = {
  index: 'src/index.ts',
}

/** What configurations of builds import, in Node: a plugin for each bundler, and the loader that some of them run by its path. */
const pluginEntries = {
  vite: 'src/integrations/vite.ts',
  rollup: 'src/integrations/rollup.ts',
  webpack: 'src/integrations/webpack.ts',
  rspack: 'src/integrations/rspack.ts',
  esbuild: 'src/integrations/esbuild.ts',
  farm: 'src/integrations/farm.ts',
  next: 'src/integrations/next.ts',
  jest: 'src/integrations/jest.ts',
  webpackLoader: 'src/integrations/webpackLoader.ts',
}

/** What a page includes with a script tag: a minified file, which loads the second part when there is time. */
const cdnEntries = {
  'telemetry.min': 'src/auto.ts',
}

/** The same with both parts in it. */
const fullEntries = {
  'telemetry.full.min': 'src/autoFull.ts',
}

const title = `/*! ${manifest.name} ${manifest.version} | ${manifest.license} */`
const banner = `${title}\n${zoneNotice()}`

type BuildOptions = NonNullable<UserConfig['build']>

const shared: BuildOptions = {
  target: 'es2022',
  outDir: 'dist',
  emptyOutDir: false, // all passes write there; .ci/build.mjs empties it once
  copyPublicDir: false,
  sourcemap: true,
  reportCompressedSize: false, // .ci/build.mjs prints the sizes of all passes together
}

const npmBuild: BuildOptions = {
  ...shared,
  minify: false,
  lib: { entry: npmEntries, formats: ['es'] },
  rolldownOptions: {
    external: Object.keys(manifest.peerDependencies ?? {}),
    output: {
      banner,
      chunkFileNames: 'shared/[name].js',
      minify: 'dce-only',
    },
  },
}

/** For who requires it, such as Jest: the same two parts. */
const requireBuild: BuildOptions = {
  ...shared,
  minify: false,
  lib: { entry: npmEntries, formats: ['cjs'], fileName: (_, name) => `${name}.cjs` },
  rolldownOptions: {
    output: {
      banner,
      chunkFileNames: 'shared/[name].cjs',
      minify: 'dce-only',
    },
  },
}

const pluginBuild: BuildOptions = {
  ...shared,
  target: 'node20.19',
  minify: false,
  lib: { entry: pluginEntries, formats: ['es'] },
  rolldownOptions: {
    external: /^node:/,
    platform: 'node',
    output: {
      banner: ({ moduleIds }) => [title, ...bundledNotices(moduleIds)].join('\n'), // no zone.js is in them
      chunkFileNames: '[name].js', // beside the entries: they ask for files by their own place (src/integrations/ownFolder.ts)
      minify: 'dce-only',
      sourcemapExcludeSources: true, // the parser's alone are three quarters of a megabyte
    },
  },
}

/**
 * Rewritten modules import the helper by its path, so it is a file of its own; for Jest, which requires no ES module, as CommonJS too. The
 * plugins run in Node itself, which requires them as they are: theirs only say so to TypeScript.
 */
const copyHelper: Plugin = {
  name: 'copy-helper',
  buildStart() {
    const source = readFileSync(new URL('src/integrations/follow.mjs', import.meta.url), 'utf8')
    const names = Array.from(source.matchAll(/^export function (\w+)/gm), ([, name]) => name)
    const commonJs = `${source.replaceAll(/^export /gm, '')}\nmodule.exports = { ${names.join(', ')} }\n`
    this.emitFile({ type: 'asset', fileName: 'follow.mjs', source })
    this.emitFile({ type: 'asset', fileName: 'follow.cjs', source: commonJs })
  },
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk' || !chunk.isEntry || chunk.name === 'webpackLoader') continue
      const given = `const given = require('./${chunk.fileName}')` // every Node of ours requires ES modules
      const names = chunk.exports.map((name) => `exports.${name} = given.${name}`)
      const lines = ["Object.defineProperty(exports, '__esModule', { value: true })", given, ...names, '']
      this.emitFile({ type: 'asset', fileName: `${chunk.name}.cjs`, source: lines.join('\n') })
    }
  },
}

const cdnBuild = (input: Record<string, string>, isSplit: boolean): BuildOptions => ({
  ...shared,
  minify: false, // by twoParts()
  lib: { entry: input, formats: ['es'] }, // else Vite wraps the import of the second part
  rolldownOptions: {
    preserveEntrySignatures: 'allow-extension', // its exports can be imported as well; what the second part needs twoParts() takes out again
    output: {
      format: 'es',
      entryFileNames: '[name].js',
      chunkFileNames: 'telemetry.delivery.00000000.min.js',
      codeSplitting: isSplit,
    },
  },
})

const terserOptions = (): MinifyOptions => ({
  ecma: 2020,
  safari10: false,
  // unsafe_arrows: nobody constructs a function of ours that is no class, nor looks at its `prototype`.
  compress: { passes: 3, hoist_props: true, unsafe_arrows: true },
  // Only here: from npm an application's developer reads the names. `builtins`: privateNames() knows those of the platform by itself.
  mangle: {
    nth_identifier: fewLetters,
    properties: {
      regex: new RegExp(`^(?:${privateNames().join('|')})$`),
      keep_quoted: 'strict',
      builtins: true,
      nth_identifier: fewLetters,
    },
  },
  format: { quote_style: 1, comments: /^!|@license/ },
})

const builds: Record<string, () => BuildOptions> = {
  npm: () => npmBuild,
  require: () => requireBuild,
  plugins: () => pluginBuild,
  cdn: () => cdnBuild(cdnEntries, true),
  full: () => cdnBuild(fullEntries, false),
}

const isForScriptTag = (mode: string) => mode === 'cdn' || mode === 'full'

export default defineConfig(({ mode }) => ({
  plugins:
    mode === 'plugins'
      ? [copyHelper]
      : [embedZone(), ...(isForScriptTag(mode) ? [minifyFirst(), twoParts(terserOptions(), banner)] : [])],
  define: {
    __VERSION__: JSON.stringify(manifest.version), // src/trace/resource.ts tells it to the collector
    ...(mode !== 'cdn' && { __SENTENCES__: '[]' }), // they are where they are said
  },
  build: builds[mode]?.() ?? npmBuild,
  test: {
    environment: 'happy-dom',
    maxWorkers: '100%', // Vitest would leave one processor free
    alias: [
      {
        find: /^\.\.?\/(?:lib\/)?loadSecondPart$/,
        replacement: fileURLToPath(new URL('test/support/loadSecondPart.ts', import.meta.url)),
      },
    ],
    testTimeout: 30_000, // tests of thousands of random inputs take a second, and many times as long where others use the machine
    include: ['test/**/*.test.{ts,tsx}'],
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text', 'html'],
    },
  },
}))
