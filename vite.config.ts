import { readFileSync } from 'node:fs'
import type { UserConfig } from 'vite'
import { defineConfig } from 'vitest/config'
import { embedZone, zoneNotice } from './.ci/embedZone.mjs'
import { minifyFirst } from './.ci/minifyFirst.mjs'

const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/** What applications import by name: readable modules, which their own build minifies. One line for each public entry. */
const npmEntries = {
  index: 'src/index.ts',
  vite: 'src/integrations/vite.ts',
}

/** What a page includes with a script tag: one minified file. */
const cdnEntries = {
  'telemetry.min': 'src/auto.ts',
}

const title = `/*! ${manifest.name} ${manifest.version} | ${manifest.license} */`
const banner = `${title}\n${zoneNotice()}`

/** The build plugin has no zone.js in it but these, whose licences want to stand in every copy. */
const pluginBanner = [
  title,
  ...['magic-string', '@jridgewell/sourcemap-codec'].map(
    (name) =>
      `/*! contains ${name}:\n${readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), 'utf8')}*/`,
  ),
].join('\n')

type BuildOptions = NonNullable<UserConfig['build']>

const shared: BuildOptions = {
  target: 'es2022',
  outDir: 'dist',
  emptyOutDir: false, // both passes write there; .ci/build.mjs empties it once
  copyPublicDir: false,
  sourcemap: true,
  reportCompressedSize: false, // .ci/build.mjs prints the sizes of both passes together
}

const npmBuild: BuildOptions = {
  ...shared,
  minify: false,
  lib: { entry: npmEntries, formats: ['es'] },
  rolldownOptions: {
    external: Object.keys(manifest.peerDependencies ?? {}),
    output: {
      banner: ({ name }) => (name === 'vite' ? pluginBanner : banner),
      chunkFileNames: 'shared/[name].js',
      minify: 'dce-only',
    },
  },
}

// Not Vite's library mode: it keeps annotations and white space, since it expects another build after it.
const cdnBuild: BuildOptions = {
  ...shared,
  minify: 'terser',
  terserOptions: {
    ecma: 2020,
    safari10: false,
    compress: { passes: 3, hoist_props: true },
    format: { comments: /^!|@license/ },
  },
  modulePreload: false,
  rolldownOptions: {
    input: cdnEntries,
    preserveEntrySignatures: 'strict', // its exports can be imported as well
    output: { banner, format: 'es', entryFileNames: '[name].js', codeSplitting: false },
  },
}

export default defineConfig(({ mode }) => ({
  plugins: [embedZone(), ...(mode === 'cdn' ? [minifyFirst()] : [])],
  define: { __VERSION__: JSON.stringify(manifest.version) }, // src/trace/resource.ts tells it to the collector
  build: mode === 'cdn' ? cdnBuild : npmBuild,
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.{ts,tsx}'],
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text', 'html'],
    },
  },
}))
