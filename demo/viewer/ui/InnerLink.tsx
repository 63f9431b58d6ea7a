import type { AnchorHTMLAttributes, MouseEvent } from 'react'

interface InnerLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly href: string
  /** Called instead of a page load; new tabs and windows stay the browser's. */
  readonly onFollow: () => void
}

export function InnerLink({ onFollow, ...rest }: InnerLinkProps) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    onFollow()
  }
  // biome-ignore lint/a11y: an anchor with an href is what this is, and Enter on one is a click
  return <a {...rest} onClick={onClick} />
}
