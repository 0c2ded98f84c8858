/** A copy must shrink to this part of its stored bytes, or the time to decode it is not worth the space. */
export const worthwhile = 0.95
