import './bothParts'

// The entry of the file that loads nothing later: for Subresource Integrity, strict policies, service workers.
export * from './auto'
