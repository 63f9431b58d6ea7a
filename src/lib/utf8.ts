// Jest's jsdom has neither class, nor had jsdom itself before its version 27.

/** `text` as UTF-8. Half of a surrogate pair becomes U+FFFD. */
export function toUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (globalThis.TextEncoder) return new TextEncoder().encode(text)
  const binary = unescape(encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd')))
  return Uint8Array.from(binary, (byte) => byte.charCodeAt(0))
}

/** UTF-8 as text; a byte order mark stays. */
export function fromUtf8(bytes: Uint8Array): string {
  if (globalThis.TextDecoder) return new TextDecoder('utf8', { ignoreBOM: true }).decode(bytes)
  return decodeURIComponent(escape(String.fromCharCode(...bytes)))
}
