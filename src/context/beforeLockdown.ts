import { createPatch } from '../lib/patch'

/**
 * Calls `stepAside` before SES (https://github.com/endojs/endo) locks the page down: it wants the language's objects as they were,
 * and stops half-way where it finds an accessor of ours. Returns the undo.
 */
export function beforeLockdown(stepAside: () => void): () => void {
  const patches = ['lockdown', 'repairIntrinsics']
    .filter((name) => name in globalThis)
    .map((name) =>
      createPatch(globalThis, name, (target, self, args) => {
        stepAside()
        return Reflect.apply(target, self, args as never[]) as unknown
      }),
    )
  for (const patch of patches) patch.on()
  return () => {
    for (const patch of patches) patch.off()
  }
}
