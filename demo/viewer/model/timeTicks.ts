import { formatDuration } from './formatDuration'

export interface TimeTick {
  /** Milliseconds since the start of the trace. */
  readonly time: number
  readonly label: string
}

const SECOND = 1000
const MINUTE = 60 * SECOND
// Above ten seconds people count in halves and quarters of minutes, not in tens.
const LONG_STEPS = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400].map((s) => s * SECOND)

/** Round times between `from` and `to` (milliseconds since the start of the trace), about `wanted` of them. */
export function timeTicks(from: number, to: number, wanted: number): TimeTick[] {
  const length = to - from
  if (!(length > 0) || !Number.isFinite(length) || wanted < 1) return []
  const step = roundStep(length / wanted)
  const first = Math.ceil(from / step - 1e-9)
  const ticks: TimeTick[] = []
  for (let i = first; i * step <= to + step * 1e-9; i++)
    ticks.push({ time: i * step, label: tickLabel(i * step, step) })
  return ticks
}

function roundStep(atLeast: number): number {
  if (atLeast > 10 * SECOND) {
    const step = LONG_STEPS.find((candidate) => candidate >= atLeast)
    if (step) return step
  }
  const power = 10 ** Math.floor(Math.log10(atLeast))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= atLeast * (1 - 1e-9)) ?? 10
  return factor * power
}

function tickLabel(time: number, step: number): string {
  if (time === 0) return '0'
  const size = Math.abs(time)
  if (size >= MINUTE) return formatDuration(time)
  const [unit, length] = size >= SECOND ? ['s', SECOND] : size >= 1 ? ['ms', 1] : ['µs', 0.001]
  const decimals = Math.max(0, Math.ceil(-Math.log10(step / length) - 1e-9))
  return `${(time / length).toFixed(Math.min(decimals, 6))} ${unit}`
}
