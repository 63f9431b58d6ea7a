export function ConnectionLost() {
  return (
    <p className="banner" role="alert">
      <strong>The collector does not answer.</strong> What you see may be old. The viewer keeps trying; is{' '}
      <code>npm start</code> still running?
    </p>
  )
}
