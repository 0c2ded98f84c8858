import { type DataTypeNode, PostgresQueryCompiler } from 'kysely'

/**
 * Gives text columns the order and the letters of bytes, whatever the database's own language: so texts compare, sort and lose their
 * case exactly as in the embedded catalog.
 */
export class ByteOrderCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node)
    if (node.dataType === 'text' && this.parentNode?.kind === 'ColumnDefinitionNode') this.append(' collate "C"')
  }
}
