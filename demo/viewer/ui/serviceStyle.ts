import type { CSSProperties } from 'react'
import { createServiceColours, PLAIN_COLOURS } from '../model/serviceColours'
import { storage } from '../model/storage'

const colours = createServiceColours(storage)

const STRIPES = 'repeating-linear-gradient(135deg, var(--service) 0 4px, var(--service-stripe) 4px 7px)'

/** Sets `--service`, the colour that stands for a service wherever it shows, and `--service-fill`, to fill areas with. */
export function serviceStyle(service: string): CSSProperties {
  const colour = colours.colourOf(service)
  return {
    '--service': `var(--service-${colour % PLAIN_COLOURS})`,
    '--service-stripe': 'color-mix(in srgb, var(--service) 55%, var(--surface))',
    '--service-fill': colour < PLAIN_COLOURS ? 'var(--service)' : STRIPES,
  } as CSSProperties
}
