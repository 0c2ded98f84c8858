/** What the shop sells; prices in cents. */
export const products = [
  { id: 'lamp', name: 'Desk lamp', cents: 4990 },
  { id: 'chair', name: 'Oak chair', cents: 12900 },
  { id: 'mug', name: 'Enamel mug', cents: 1250 },
]

/** The product with an id; throws when there is none. */
export function findProduct(id) {
  const product = products.find(each => each.id === id)
  if (!product) throw new Error(`no product ${id}`)
  return product
}
