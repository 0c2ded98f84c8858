/** A value that a setting does not take; `message` says more than what is allowed, when there is more to say. */
export class InvalidValue extends Error {
  constructor(message = '') {
    super(message)
    this.name = 'InvalidValue'
  }
}
