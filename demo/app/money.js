/** Money is kept in cents, so that no sum ever rounds. */
export function formatMoney(cents, currency = 'EUR') {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(cents / 100)
}

/** The part of an amount, in whole cents. */
export function percentOf(cents, percent) {
  if (percent < 0 || percent > 100) throw new RangeError(`a discount of ${percent} % makes no sense`)
  return Math.round((cents * percent) / 100)
}
