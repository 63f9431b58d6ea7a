import { guard } from '../lib/report'
import type { Attributes } from './attributes'

/** Who sends: one per telemetry, the same for all its spans ([Resource](https://opentelemetry.io/docs/specs/otel/resource/sdk/)). */
export interface Resource {
  /** `service.name` and what else is known of the sender. */
  readonly attributes: Attributes
}

/** Which library made a span: the name and version given to `getTracer`. */
export interface InstrumentationScope {
  /** The library's name. */
  readonly name: string
  /** Its version, or `null`. */
  readonly version: string | null
}

declare const __VERSION__: string // replaced by the build with the version in package.json

/** This package's version. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0'

/** This package's name: `telemetry.sdk.name`, and the scope of spans made through the plain functions. */
export const SDK_NAME = '@codomyrmex/telemetry'

interface UserAgentData {
  readonly brands?: readonly { readonly brand: string; readonly version: string }[]
  readonly mobile?: boolean
  readonly platform?: string
}

/**
 * The resource of a page: service and SDK, what the browser says of itself, and over them what the user gives.
 * `navigator.platform` is not asked: the conventions forbid it where client hints are missing.
 */
export function pageResource(serviceName: string, own: Attributes): Resource {
  const page = typeof navigator === 'object' ? (navigator as Navigator & { userAgentData?: UserAgentData }) : undefined
  const hints = page?.userAgentData
  return {
    attributes: {
      'service.name': serviceName,
      'telemetry.sdk.name': SDK_NAME,
      'telemetry.sdk.language': 'webjs',
      'telemetry.sdk.version': VERSION,
      'user_agent.original': page?.userAgent,
      'browser.language': page?.language,
      'browser.brands': guard('reading the browser', () =>
        hints?.brands?.map(({ brand, version }) => `${brand} ${version}`),
      ),
      'browser.mobile': hints?.mobile,
      'browser.platform': hints?.platform || undefined,
      ...own,
    },
  }
}
