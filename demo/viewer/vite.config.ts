import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/viewer/',
  plugins: [react()],
  build: { outDir: '../dist/viewer', emptyOutDir: true },
})
