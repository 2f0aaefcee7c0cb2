// The distance between two places on the Earth.
type Place = { readonly latitude: number; readonly longitude: number };

/** Mean radius (IUGG). */
const EARTH_M = 6_371_008.8;

/** Metres along the great circle, by the haversine formula; good to 0.5 % (the Earth is no sphere). */
export function haversineM(a: Place, b: Place): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const half = (from: number, to: number): number => Math.sin(radians(to - from) / 2) ** 2;
  const h = half(a.latitude, b.latitude)
    + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(a.longitude, b.longitude);
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}
