import { serviceStyle } from './serviceStyle'

export function ServiceChip({ service }: { service: string }) {
  return (
    <span className="chip" style={serviceStyle(service)} title={service}>
      <span className="chip-name">{service || 'unknown service'}</span>
    </span>
  )
}
