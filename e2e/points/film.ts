import { inTime, pause } from './point'

/** A video that shows what a canvas draws, since no film comes with the tests. */
export async function playingVideo(): Promise<{ video: HTMLVideoElement; resize(width: number): void }> {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 32
  const brush = canvas.getContext('2d')!
  let shade = 0
  const id = setInterval(() => {
    shade = (shade + 40) % 255
    brush.fillStyle = `rgb(${shade} 0 0)`
    brush.fillRect(0, 0, canvas.width, canvas.height)
  }, 20)
  setTimeout(() => clearInterval(id), 4000)
  const video = document.createElement('video')
  video.muted = true
  video.srcObject = canvas.captureStream()
  document.body.append(video)
  await video.play()
  return {
    video,
    resize: (width) => {
      canvas.width = width
    },
  }
}

/** Made before the first flow, outside of every span. */
export const canPlayVideo = inTime(async () => {
  await playingVideo()
  return true
})

const RATE = 8000

/** Silence, as a WAV file. */
export function sound(seconds = 0.3): string {
  const samples = Math.round(RATE * seconds)
  const view = new DataView(new ArrayBuffer(44 + samples))
  const text = (at: number, words: string) => {
    for (let i = 0; i < words.length; i++) view.setUint8(at + i, words.charCodeAt(i))
  }
  text(0, 'RIFF')
  view.setUint32(4, 36 + samples, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, RATE, true)
  view.setUint32(28, RATE, true)
  view.setUint16(32, 1, true)
  view.setUint16(34, 8, true)
  text(36, 'data')
  view.setUint32(40, samples, true)
  for (let at = 44; at < view.byteLength; at++) view.setUint8(at, 128)
  return URL.createObjectURL(new Blob([view], { type: 'audio/wav' }))
}

/** Whether the engine plays it to its end: WebKitGTK needs codecs that a machine may not have. */
export const canPlaySound = inTime(async () => {
  const audio = new Audio(sound(0.05))
  audio.muted = true
  await audio.play()
  while (!audio.ended) await pause(20)
  return true
}, 4000)
