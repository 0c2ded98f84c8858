import { formatMoney } from './money.js'
import { products } from './products.js'

/** A plain list of prices for those who run the shop. */
export function priceList() {
  return products.map(({ name, cents }) => `${name.padEnd(12)} ${formatMoney(cents).padStart(8)}`).join('\n')
}

if (globalThis.document) globalThis.document.body.textContent = priceList()
