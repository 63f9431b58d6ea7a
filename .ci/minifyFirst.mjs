// @ts-check
// Rolldown's own minifier before terser: what the first leaves, the second makes about 1 % smaller (gzip) than it does alone.
import { minify } from 'vite'

/** @returns {import('vite').Plugin} */
export function minifyFirst() {
  return {
    name: 'minify-first',
    enforce: 'pre',
    async renderChunk(code, { fileName }) {
      const {
        code: smaller,
        map,
        errors,
      } = await minify(fileName, code, {
        module: true,
        mangle: false, // names are the second's
        sourcemap: true,
        codegen: { legalComments: 'inline' },
      })
      if (errors[0]) throw new Error(`${fileName} does not minify: ${errors[0].message}`)
      return { code: smaller, map: map ? JSON.stringify(map) : null }
    },
  }
}
