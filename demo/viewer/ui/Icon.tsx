const PATHS = {
  back: 'M10 3 5 8l5 5',
  chevron: 'm6 4 4 4-4 4',
  close: 'm4 4 8 8m0-8-8 8',
  copy: 'M6 6h7v7H6zM10 6V3H3v7h3',
  done: 'm3 8.5 3.5 3.5L13 4.5',
  error: 'M8 4.5v4.2m0 2.4v.1M8 1.8 14.8 13.6H1.2z',
  link: 'M6 3H3v10h10v-3M9 3h4v4m0-4L7.5 8.5',
  moon: 'M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z',
  pause: 'M5.5 3.5v9m5-9v9',
  play: 'm5 3 8 5-8 5z',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm3.3-1.2 3.2 3.2',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.2v1.3m0 11v1.3M1.2 8h1.3m11 0h1.3M3.2 3.2l.9.9m7.8 7.8.9.9m0-9.6-.9.9m-7.8 7.8-.9.9',
  unlinked: 'M7 4.5 8.5 3A3.2 3.2 0 0 1 13 7.5L11.5 9M9 11.5 7.5 13A3.2 3.2 0 0 1 3 8.5L4.5 7M2.5 2.5l11 11',
} as const

/** A line drawing beside a word or in a labelled button, so it says nothing to a screen reader. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
