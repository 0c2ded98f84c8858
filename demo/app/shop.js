import { Cart } from './cart.js'
import { formatMoney } from './money.js'
import { findProduct, products } from './products.js'

const cart = new Cart()

/** Draws the shop into an element and keeps the total up to date. */
export function showShop(element) {
  element.replaceChildren(...products.map(productButton(element)))
  const total = element.ownerDocument.createElement('output')
  total.textContent = `Total ${formatMoney(cart.total())}`
  element.append(total)
}

function productButton(element) {
  return ({ id, name, cents }) => {
    const button = element.ownerDocument.createElement('button')
    button.textContent = `${name}, ${formatMoney(cents)}`
    button.addEventListener('click', () => {
      cart.add(findProduct(id))
      showShop(element)
    })
    return button
  }
}

if (globalThis.document) showShop(globalThis.document.body)
