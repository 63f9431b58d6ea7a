import { useNow } from '../hooks/useNow'
import { formatAgo, formatClock } from '../model/formatTime'

export function Ago({ time }: { time: number | null }) {
  const now = useNow(5000)
  return (
    <span className="ago" title={formatClock(time)}>
      {formatAgo(time, now)}
    </span>
  )
}
