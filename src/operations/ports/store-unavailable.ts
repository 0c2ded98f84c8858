/** A store does not answer now: nothing was done, or nobody knows whether it was. Trying again a little later may help. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreUnavailable'
  }
}
