import { formatValue } from '../model/formatValue'
import { CopyButton } from '../ui/CopyButton'
import { AttributeValue } from './AttributeValue'

export function AttributeList({ attributes }: { attributes: ReadonlyMap<string, unknown> }) {
  const sorted = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1))
  return (
    <dl className="attributes">
      {sorted.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>
            <AttributeValue value={value} />
            <CopyButton text={() => formatValue(value)} what={key} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
