import type { ReactNode } from 'react'

/** A page that has nothing to show yet, and says what to do about it. */
export function Notice({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="notice" role="status">
      <svg className="notice-art" viewBox="0 0 120 64" aria-hidden="true">
        <path d="M6 10h70" style={{ stroke: 'var(--service-0)' }} />
        <path d="M22 25h46" style={{ stroke: 'var(--service-1)' }} />
        <path d="M34 40h26" style={{ stroke: 'var(--service-2)' }} />
        <path d="M66 55h48" style={{ stroke: 'var(--service-4)' }} />
      </svg>
      <h2>{title}</h2>
      {children}
    </div>
  )
}
