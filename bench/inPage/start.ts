declare global {
  /** Set by support/startOnce.mjs: runs the script that is measured. */
  var startScript: () => void
}

export {}
