// Made by the build (`.ci/embedZone.mjs`): zone.js inside a function, without the patches that this project leaves out.
declare module 'virtual:zone.js' {
  /** Runs zone.js, which puts `Zone` on `globalThis`. Throws when something else is called `Zone` there. */
  export function evaluateZone(): void
}
