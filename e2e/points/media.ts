import { canPlaySound, canPlayVideo, playingVideo, sound } from './film'
import { addElement, comes, createPoints, heard, nextNumber } from './point'

/** Audio and video, by option 1 of the proposal: loading and playing have contexts of their own. Ours may be none. */
export const media = createPoints()
const SECTION = '4.8.11 media, option 1'

const prepared = () => {
  const audio = document.createElement('audio')
  audio.muted = true
  audio.preload = 'auto'
  return audio
}
const canPlay = (audio: HTMLAudioElement) =>
  new Promise<void>((resolve) => {
    audio.addEventListener('canplay', () => resolve(), { once: true })
  })

/** Made and heard in another flow, done in this one. */
const does = (
  name: string,
  type: string,
  make: () => HTMLAudioElement | Promise<HTMLAudioElement>,
  act: (audio: HTMLAudioElement) => unknown,
  isThere = canPlaySound,
) =>
  media.by('task', SECTION).mayBeNone(
    name,
    async (look, elsewhere) => {
      const audio = await elsewhere(make)
      const seen = elsewhere(() => heard(look, audio, type))
      act(audio)
      return seen
    },
    isThere,
  )

const load = (audio: HTMLAudioElement) => {
  audio.src = sound()
}
for (const type of ['loadstart', 'progress', 'durationchange', 'loadedmetadata', 'loadeddata', 'canplay'])
  does(`src: ${type}`, type, prepared, load)
for (const type of ['canplaythrough', 'suspend']) // WebKitGTK says neither of a whole file
  does(
    `src: ${type}`,
    type,
    prepared,
    load,
    comes(() => {
      const target = prepared()
      return { target, type, cause: () => load(target) }
    }),
  )
does('src of nothing there: error', 'error', prepared, (audio) => {
  audio.src = '/lab/status/404'
})
const loaded = async (seconds?: number) => {
  const audio = prepared()
  audio.src = sound(seconds)
  await canPlay(audio)
  return audio
}
does(
  'load(): emptied',
  'emptied',
  () => loaded(),
  (audio) => audio.load(),
)
does(
  'load() while another flow loads: abort',
  'abort',
  async () => {
    const audio = prepared()
    const begun = new Promise((resolve) => audio.addEventListener('loadstart', resolve))
    audio.src = `/lab/hang?${nextNumber()}`
    await begun
    return audio
  },
  (audio) => audio.load(),
)
const play = (audio: HTMLAudioElement) => void audio.play().catch(() => {})
for (const type of ['play', 'playing', 'timeupdate', 'pause', 'ended'])
  does(`play(): ${type}`, type, () => loaded(), play)
const playing = async () => {
  const audio = await loaded(5)
  await audio.play()
  return audio
}
does('pause(): pause', 'pause', playing, (audio) => audio.pause())
for (const type of ['seeking', 'seeked'])
  does(
    `currentTime: ${type}`,
    type,
    () => loaded(),
    (audio) => {
      audio.currentTime = 0.1
    },
  )
does(
  'playbackRate: ratechange',
  'ratechange',
  () => loaded(),
  (audio) => {
    audio.playbackRate = 2
  },
)
does(
  'volume: volumechange',
  'volumechange',
  () => loaded(),
  (audio) => {
    audio.volume = 0.5
  },
)
does(
  'muted: volumechange',
  'volumechange',
  () => loaded(),
  (audio) => {
    audio.muted = false
  },
)
media.by('promise', 'then and await').kept(
  'await play()',
  async (look) => {
    const audio = await loaded()
    await audio.play()
    return look()
  },
  canPlaySound,
)

const separate = media.by('separate', '4.8.11 media, on other objects')
media.by('separate', '4.8.8 video').none(
  'a film that changes its size: resize of the video',
  async (look) => {
    const { video, resize } = await playingVideo()
    const seen = heard(look, video, 'resize', () => video.videoWidth === 48)
    resize(48)
    return seen
  },
  canPlayVideo,
)
separate.none('a source that cannot be loaded: error of the source', (look) => {
  const audio = addElement('audio')
  const source = document.createElement('source')
  const seen = heard(look, source, 'error')
  source.src = '/lab/status/404'
  audio.append(source)
  return seen
})
separate.none('addTextTrack(): addtrack of the list', (look) => {
  const video = document.createElement('video')
  const seen = heard(look, video.textTracks, 'addtrack')
  video.addTextTrack('captions')
  return seen
})
separate.none('TextTrack.mode: change of the list', (look) => {
  const video = document.createElement('video')
  const track = video.addTextTrack('captions')
  const seen = heard(look, video.textTracks, 'change')
  track.mode = track.mode === 'hidden' ? 'showing' : 'hidden'
  return seen
})
const withCue = async () => {
  const audio = document.createElement('video')
  audio.muted = true
  audio.src = sound(0.6)
  const track = audio.addTextTrack('captions')
  track.mode = 'hidden'
  const cue = new VTTCue(0.1, 0.3, 'text')
  track.addCue(cue)
  document.body.append(audio)
  return { audio, track, cue }
}
for (const type of ['enter', 'exit'])
  separate.none(
    `play(): ${type} of a cue`,
    async (look) => {
      const { audio, cue } = await withCue()
      const seen = heard(look, cue, type)
      void audio.play()
      return seen
    },
    canPlaySound,
  )
separate.none(
  'play(): cuechange of a track',
  async (look) => {
    const { audio, track } = await withCue()
    const seen = heard(look, track, 'cuechange')
    void audio.play()
    return seen
  },
  canPlaySound,
)
const VTT = 'data:text/vtt,WEBVTT%0A%0A00:00.000 --> 00:01.000%0Atext'
const track = (src: string) => {
  const video = addElement('video')
  const made = document.createElement('track')
  made.src = src
  video.append(made)
  return made
}
for (const [type, src] of [
  ['load', VTT],
  ['error', '/lab/status/404'],
] as const)
  media.by('task', '4.8.11 media, on other objects').mayBeNone(
    `track: ${type}`,
    (look, elsewhere) => {
      const { made, seen } = elsewhere(() => {
        const made = track(src)
        return { made, seen: heard(look, made, type) }
      })
      made.track.mode = 'hidden'
      return seen
    },
    comes(() => {
      const target = track(src)
      return {
        target,
        type,
        cause: () => {
          target.track.mode = 'hidden'
        },
      }
    }),
  )
