// A simulated electric car: a battery and a charge curve that tapers. Pure. Energy is summed in whole watt-milliseconds
// (W·ms), so that nothing is rounded away however short the steps are: 1 Wh = 3,600,000 W·ms.
import { z } from 'zod';

/** Watt-milliseconds of one watt-hour. */
export const WMS_PER_WH = 3_600_000;
/** Below this state of charge the battery takes its full power; above it the power falls in a straight line … */
const TAPER_FROM_PERCENT = 80;
/** … to this share of it when the battery is full, so that it does become full in a finite time. */
const TAPER_TO_PERCENT = 5;

export const vehicleSchema = z.object({
  name: z.string().max(60),
  batteryWh: z.int().positive().max(10_000_000),
  /** Energy in the battery, W·ms. */
  storedWms: z.int().nonnegative(),
  maxPowerW: z.int().positive().max(10_000_000),
  /** The car itself pauses its charge (a departure timer, a too warm battery). */
  paused: z.boolean(),
});
export type Vehicle = z.infer<typeof vehicleSchema>;

/** What to plug in. */
export type VehicleChoice = {
  readonly name: string; readonly batteryWh: number; readonly maxPowerW: number; readonly socPercent: number;
};

/** The cars on offer; the first is the default. */
export const VEHICLE_MODELS = [
  { name: 'City car', batteryWh: 40_000, maxPowerW: 11_000 },
  { name: 'Family car', batteryWh: 64_000, maxPowerW: 11_000 },
  { name: 'Long range', batteryWh: 82_000, maxPowerW: 22_000 },
  { name: 'Delivery van', batteryWh: 113_000, maxPowerW: 50_000 },
  { name: 'Fast charger', batteryWh: 77_000, maxPowerW: 150_000 },
] as const;

export const DEFAULT_VEHICLE: VehicleChoice = { ...VEHICLE_MODELS[0], socPercent: 40 };

/** Makes the car of a choice. The state of charge is taken as 0 … 100. */
export function vehicleOf({ name, batteryWh, maxPowerW, socPercent }: VehicleChoice): Vehicle {
  const soc = Math.min(100, Math.max(0, Math.trunc(socPercent)));
  return { name, batteryWh, maxPowerW, storedWms: Math.floor((batteryWh * WMS_PER_WH * soc) / 100), paused: false };
}

/** The power that the car takes now, in W; 0 when it is full or pauses. */
export function acceptedPowerW(vehicle: Vehicle): number {
  const capacityWms = vehicle.batteryWh * WMS_PER_WH;
  if (vehicle.paused || vehicle.storedWms >= capacityWms) return 0;
  const taperFromWms = (capacityWms * TAPER_FROM_PERCENT) / 100;
  if (vehicle.storedWms <= taperFromWms) return vehicle.maxPowerW;
  const restShare = (capacityWms - vehicle.storedWms) / (capacityWms - taperFromWms);
  const percent = TAPER_TO_PERCENT + (100 - TAPER_TO_PERCENT) * restShare;
  return Math.max(1, Math.floor((vehicle.maxPowerW * percent) / 100));
}

/** Room until the battery holds this state of charge, in W·ms; 0 when it does. */
export function roomToSocWms(vehicle: Vehicle, socPercent: number): number {
  return Math.max(0, Math.ceil((vehicle.batteryWh * WMS_PER_WH * socPercent) / 100) - vehicle.storedWms);
}

/** Whole per cent, rounded down: 100 means full. */
export function socPercentOf(vehicle: Vehicle): number {
  return Math.min(100, Math.floor((vehicle.storedWms * 100) / (vehicle.batteryWh * WMS_PER_WH)));
}

export function isFull(vehicle: Vehicle): boolean {
  return vehicle.storedWms >= vehicle.batteryWh * WMS_PER_WH;
}

/** Puts energy into the battery; never more than fits. Returns what went in, W·ms. */
export function chargeVehicle(vehicle: Vehicle, energyWms: number): number {
  const taken = Math.min(energyWms, vehicle.batteryWh * WMS_PER_WH - vehicle.storedWms);
  vehicle.storedWms += taken;
  return taken;
}
