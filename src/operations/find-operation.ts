import { Problem } from '../domain/problem.ts'
import { operationNumber } from './operation-id.ts'
import type { Catalog } from './ports/catalog.ts'
import type { Operation } from './ports/operation-catalog.ts'

/** One operation of the organization by its name, as `op_7`; throws Problem `not_found`. */
export async function findOperation(catalog: Catalog, organization: number, id: string): Promise<Operation> {
  const number = operationNumber(id)
  const operation = number === undefined ? undefined : await catalog.operation(organization, number)
  if (!operation) throw new Problem('not_found', `There is no operation ${id}`)
  return operation
}
