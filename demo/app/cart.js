import { percentOf } from './money.js'

/** A shopping cart: products by id, each with a quantity. */
export class Cart {
  #lines = new Map()

  add(product, quantity = 1) {
    const line = this.#lines.get(product.id) ?? { product, quantity: 0 }
    line.quantity += quantity
    this.#lines.set(product.id, line)
    return this
  }

  remove(id) {
    if (!this.#lines.delete(id)) throw new Error(`the cart holds no product ${id}`)
    return this
  }

  get lines() {
    return [...this.#lines.values()]
  }

  total(voucher) {
    const sum = this.lines.reduce((cents, { product, quantity }) => cents + product.cents * quantity, 0)
    return voucher ? sum - percentOf(sum, voucher.percent) : sum
  }
}
