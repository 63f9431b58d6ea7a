// @ts-check
/** A request that is answered with this status and message. */
export class HttpError extends Error {
  /**
   * @param {number} status
   * @param {string} message in the sender's words
   * @param {Record<string, string>} [headers]
   */
  constructor(status, message, headers = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}
