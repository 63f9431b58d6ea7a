import type { ReactNode } from 'react'

interface SectionProps {
  readonly title: string
  readonly count: number
  /** How many more the sender left out. */
  readonly dropped?: number
  readonly closed?: boolean
  readonly children: ReactNode
}

/** A part of the panel that can be folded; nothing at all where there is nothing to say. */
export function Section({ title, count, dropped = 0, closed = false, children }: SectionProps) {
  if (count === 0 && dropped === 0) return null
  return (
    <details className="section" open={!closed}>
      <summary>
        {title} <span className="count number">{count}</span>
        {dropped > 0 && <span className="dropped">{dropped} dropped by the sender</span>}
      </summary>
      {children}
    </details>
  )
}
