import { LIMB } from "./order-row.ts";

/** Veltkamp's constant 2^27 + 1: splits a double's 53 bits into two halves whose products are exact. */
const SPLIT = 134_217_729;

/**
 * values[low] + 2^53 × values[high] += price × quantity, exactly, for integers up to 2^53−1: by Dekker's
 * product (rounded product and its exact error), without a bigint.
 */
export function addProduct(
  values: Float64Array,
  low: number,
  high: number,
  price: number,
  quantity: number,
): void {
  const product = price * quantity;
  const before = values[low]!;
  if (product < LIMB && before + product < LIMB) {
    values[low] = before + product;
    return;
  }
  let productHigh = Math.floor(product / LIMB);
  let productLow = product - productHigh * LIMB;
  const error = product < LIMB ? 0 : productError(price, quantity, product);
  // productLow is a multiple of the product's last place, and the error at most half of that: adding it can go below 0,
  // never to 2^53.
  productLow += error;
  if (productLow < 0) {
    productHigh -= 1;
    productLow += LIMB;
  }
  const over = before - LIMB + productLow;
  values[low] = over >= 0 ? over : before + productLow;
  values[high] = values[high]! + productHigh + (over >= 0 ? 1 : 0);
}

/** Both limbs as one integer. */
export function wideValue(low: number, high: number): bigint {
  return high === 0 ? BigInt(low) : BigInt(high) * BigInt(LIMB) + BigInt(low);
}

function productError(left: number, right: number, product: number): number {
  const leftSplit = SPLIT * left;
  const leftHigh = leftSplit - (leftSplit - left);
  const leftLow = left - leftHigh;
  const rightSplit = SPLIT * right;
  const rightHigh = rightSplit - (rightSplit - right);
  const rightLow = right - rightHigh;
  return leftHigh * rightHigh - product + leftHigh * rightLow + leftLow * rightHigh + leftLow * rightLow;
}
