import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { followAwaits } from '@codomyrmex/telemetry/vite'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const root = fileURLToPath(new URL('pages', import.meta.url))

/** Served as they are written: no build may touch the page that shows that none is needed. */
const PLAIN_FILES = ['index.html', 'page.css', 'plain/index.html', 'plain/main.mjs', 'plain/actions.mjs']

function copyPlainFiles(): Plugin {
  return {
    name: 'copy-plain-files',
    buildStart() {
      for (const file of PLAIN_FILES) this.addWatchFile(`${root}/${file}`)
    },
    generateBundle() {
      for (const fileName of PLAIN_FILES)
        this.emitFile({ type: 'asset', fileName, source: readFileSync(`${root}/${fileName}`) })
    },
  }
}

export default defineConfig({
  root,
  plugins: [react(), vue(), followAwaits(), copyPlainFiles()],
  build: {
    outDir: '../dist',
    emptyOutDir: false, // the trace viewer is built there too
    target: 'esnext', // native async and await stay in the pages
    rolldownOptions: {
      input: { react: `${root}/react/index.html`, vue: `${root}/vue/index.html` },
      // Without hashes: the server says no-cache, and a new build leaves no old files behind.
      output: {
        entryFileNames: 'assets/[name].js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
      },
    },
  },
})
