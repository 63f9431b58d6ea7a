import { useEffect, useState } from 'react'
import { Icon } from './Icon'

const SHOWN = 1400 // ms

/** Copies `text` (or what it gives when pressed) and says so for a moment. `what` completes "Copy …". */
export function CopyButton({ text, what, label }: { text: string | (() => string); what: string; label?: string }) {
  const [result, setResult] = useState<'copied' | 'failed' | null>(null)

  useEffect(() => {
    if (!result) return
    const timer = setTimeout(() => setResult(null), SHOWN)
    return () => clearTimeout(timer)
  }, [result])

  const copy = async () => {
    try {
      await copyText(typeof text === 'string' ? text : text())
      setResult('copied')
    } catch {
      setResult('failed')
    }
  }

  const said = result === 'copied' ? 'Copied' : result === 'failed' ? 'Could not copy' : `Copy ${what}`
  return (
    <button type="button" className="copy" data-result={result} aria-label={said} title={said} onClick={copy}>
      <Icon name={result === 'copied' ? 'done' : result === 'failed' ? 'close' : 'copy'} />
      {label && <span>{result === 'copied' ? 'Copied' : label}</span>}
    </button>
  )
}

async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  // Over plain http from another machine there is no clipboard object; the old way still works.
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  if (!copied) throw new Error('The browser did not copy')
}
