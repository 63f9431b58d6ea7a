// The same page by each framework that renders on a server too: a button whose request is made in a span, after an await that only the
// build plugin follows. Telemetry starts where the framework's documentation has code of the browser alone.

/** How an application of a framework is built and served by its own command line. */
export interface Framework {
  /** The package, and its file, that is the command line. */
  readonly command: readonly [name: string, file: string]
  readonly build: readonly string[]
  serve(port: number): readonly string[]
  readonly files: Readonly<Record<string, string>>
}

const START = `startTelemetry({ serviceName: 'shop', endpoint: globalThis.collector })`
const IMPORT = `import { getCurrentSpan, startTelemetry, withSpan } from '@codomyrmex/telemetry'`
const MANIFEST = '{ "name": "shop", "private": true, "type": "module" }'
const buy = (tell: string) => `() => withSpan('buy', async () => {
  await 0
  const answer = await fetch('/echo')
  ${tell}(await answer.text())
})`
const WHERE = `getCurrentSpan() ? 'in a span' : 'in none'`

export const frameworks: Readonly<Record<string, Framework>> = {
  SvelteKit: {
    command: ['vite', 'bin/vite.js'],
    build: ['build'],
    serve: (port) => ['preview', '--host=127.0.0.1', `--port=${port}`],
    files: {
      'package.json': MANIFEST,
      'vite.config.js': `
import { followAwaits } from '@codomyrmex/telemetry/vite'
import { sveltekit } from '@sveltejs/kit/vite'
export default { plugins: [sveltekit(), followAwaits()] }`,
      'src/app.html': `<!doctype html><html><head><link rel="icon" href="data:,">%sveltekit.head%</head><body>%sveltekit.body%</body></html>`,
      'src/hooks.client.js': `${IMPORT}\nexport const init = () => void ${START}`,
      'src/routes/echo/+server.js': `export const GET = ({ request }) => new Response(request.headers.get('traceparent'))`,
      'src/routes/+page.svelte': `
<script>
  ${IMPORT}
  let told = $state('')
  const buy = ${buy('told = String')}
</script>
<button onclick={buy}>Buy</button> <output>{told}</output> <p>{${WHERE}}</p>`,
    },
  },
  Nuxt: {
    command: ['nuxt', 'bin/nuxt.mjs'],
    build: ['build'],
    serve: (port) => ['preview', `--port=${port}`],
    files: {
      'package.json': MANIFEST,
      'nuxt.config.ts': `
import { followAwaits } from '@codomyrmex/telemetry/vite'
export default defineNuxtConfig({ telemetry: false, compatibilityDate: '2026-01-01', vite: { plugins: [followAwaits()] } })`,
      'app/plugins/telemetry.client.ts': `${IMPORT}\nexport default defineNuxtPlugin(() => void ${START.replace('globalThis', '(globalThis as any)')})`,
      'server/routes/echo.ts': `export default defineEventHandler((event) => getHeader(event, 'traceparent'))`,
      'app/app.vue': `
<script setup lang="ts">
${IMPORT}
const told = ref('')
const buy = ${buy('told.value = String')}
useHead({ link: [{ rel: 'icon', href: 'data:,' }] })
</script>
<template><button @click="buy">Buy</button> <output>{{ told }}</output> <p>{{ ${WHERE} }}</p></template>`,
    },
  },
  'Next by Turbopack': next('--turbopack'),
  'Next by webpack': next('--webpack'),
}

function next(bundler: string): Framework {
  return {
    command: ['next', 'dist/bin/next'],
    build: ['build', bundler],
    serve: (port) => ['start', `--port=${port}`, '--hostname=127.0.0.1'],
    files: {
      'package.json': MANIFEST,
      'jsconfig.json': '{}', // or Turbopack goes by the project's own, which knows the package by its source
      'next.config.mjs': `
import { followAwaits } from '@codomyrmex/telemetry/next'
export default followAwaits({})`,
      'instrumentation-client.js': `${IMPORT}\n${START}`,
      'app/echo/route.js': `export const GET = (request) => new Response(request.headers.get('traceparent'))`,
      'app/layout.jsx': `export default ({ children }) => <html><head><link rel="icon" href="data:," /></head><body>{children}</body></html>`,
      'app/page.jsx': `
'use client'
import { useState } from 'react'
${IMPORT}
export default function Page() {
  const [told, tell] = useState('')
  const buy = ${buy('tell')}
  return <><button onClick={buy}>Buy</button> <output>{told}</output> <p>{${WHERE}}</p></>
}`,
    },
  }
}
