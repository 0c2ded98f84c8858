import { BrokenAnswer } from './split-answer.ts'

/** Reads an answer that is known to be small as JSON, with its text; throws {@link BrokenAnswer} when it did not come to its end. */
export async function readJson<Content>(answer: AsyncIterable<Uint8Array>): Promise<{ readonly content: Content; readonly text: string }> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  try {
    return { content: JSON.parse(text) as Content, text }
  } catch {
    throw new BrokenAnswer()
  }
}
