import { spanNotes } from '../model/spanNotes'
import type { SpanNode } from '../model/spanTree'

export function SpanNotes({ node }: { node: SpanNode }) {
  return spanNotes(node).map((note) => (
    <p key={note} className="note">
      {note}
    </p>
  ))
}
