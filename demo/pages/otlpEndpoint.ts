/** Where this page sends its spans: the server writes it into a meta tag. */
export function otlpEndpoint(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name=otlp-endpoint]')?.content
}
