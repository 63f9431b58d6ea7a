import { type Look, later } from './point'

export const loadFromThere = async () => {
  await later(1)
  await later(2)
}

export const lookFromThere = async (look: Look) => {
  await loadFromThere()
  return look()
}
