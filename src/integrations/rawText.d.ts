// The build puts the text of the file in.
declare module '*.mjs?raw' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: this is how a bundler gives a text
  export default text
}
