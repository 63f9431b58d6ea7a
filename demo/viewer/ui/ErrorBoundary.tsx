import type { ReactNode } from 'react'
import { Component } from 'react'
import { Notice } from './Notice'

/** The last net: a trace that the viewer cannot draw costs this page, not the whole viewer. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failure: string | null }> {
  override state = { failure: null }

  static getDerivedStateFromError(error: unknown) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }

  override render() {
    if (this.state.failure === null) return this.props.children
    return (
      <Notice title="This cannot be shown">
        <p>The viewer stumbled over this data: {this.state.failure}</p>
        <p>
          <a className="button" href="/viewer/">
            All traces
          </a>
        </p>
      </Notice>
    )
  }
}
