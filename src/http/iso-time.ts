const pattern = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

/** A time as ISO 8601 has it, with its zone, in milliseconds since 1970; nothing for any other text, and for days that no calendar has. */
export function isoTime(text: string): number | undefined {
  const [, year, month, day] = pattern.exec(text) ?? []
  const time = Date.parse(text)
  // Parsing alone would take the 30th of February for a day in March
  const onCalendar = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
  return Number.isNaN(time) || !onCalendar ? undefined : time
}
