/** A vector of length 1 in the same direction; one of zeros stays. What Qdrant keeps for the distance Cosine. Pure. */
export function normalized(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector);
  return Float32Array.from(vector, (value) => (length === 0 ? 0 : value / length));
}

/** The cosine of two vectors of length 1. Pure. */
export function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (const [index, value] of left.entries()) sum += value * (right[index] ?? 0);
  return sum;
}
