import { useState } from 'react'
import { formatValue } from '../model/formatValue'
import { httpUrl } from '../model/httpUrl'

const SHORT = 600 // characters; a page that sends megabytes must not stop this one

export function AttributeValue({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false)
  const text = formatValue(value)
  const url = httpUrl(value)
  if (url && text.length <= SHORT) {
    return (
      <a href={url} target="_blank" rel="noopener noreferrer">
        {text}
      </a>
    )
  }
  if (text === '') return <em className="quiet">empty</em>
  const shown = whole ? text : text.slice(0, SHORT)
  return (
    <>
      <span
        className={text.includes('\n') ? 'value lines' : 'value'}
        data-type={value === null ? 'null' : typeof value}
      >
        {shown}
        {shown.length < text.length && '…'}
      </span>
      {shown.length < text.length && (
        <button type="button" className="button small" onClick={() => setWhole(true)}>
          All {text.length.toLocaleString('en')} characters
        </button>
      )}
    </>
  )
}
