import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptedPowerW, chargeVehicle, isFull, roomToSocWms, socPercentOf, vehicleOf, WMS_PER_WH } from './vehicle.ts';

const choices = fc.record({
  name: fc.constant('car'), batteryWh: fc.integer({ min: 1, max: 200_000 }),
  maxPowerW: fc.integer({ min: 1, max: 350_000 }), socPercent: fc.integer({ min: 0, max: 100 }),
});

describe('a simulated car', () => {
  test('never holds more than its battery and never loses energy, whatever it is given', () => {
    fc.assert(fc.property(choices, fc.array(fc.integer({ min: 0, max: 1e11 }), { maxLength: 30 }), (choice, gifts) => {
      const car = vehicleOf(choice);
      let sumWms = car.storedWms;
      for (const gift of gifts) {
        const taken = chargeVehicle(car, gift);
        expect(taken >= 0 && taken <= gift).toBe(true);
        sumWms += taken;
        expect(car.storedWms).toBe(sumWms);
        expect(car.storedWms).toBeLessThanOrEqual(car.batteryWh * WMS_PER_WH);
      }
    }));
  });

  test('takes at most its power, something while it is not full, and nothing when it is', () => {
    fc.assert(fc.property(choices, (choice) => {
      const car = vehicleOf(choice);
      const powerW = acceptedPowerW(car);
      expect(Number.isInteger(powerW) && powerW <= car.maxPowerW).toBe(true);
      expect(powerW > 0).toBe(!isFull(car));
    }));
  });

  test('becomes full in a finite time, with a power that only falls', () => {
    const car = vehicleOf({ name: 'car', batteryWh: 60_000, maxPowerW: 11_000, socPercent: 70 });
    let minutes = 0;
    let lastW = acceptedPowerW(car);
    while (!isFull(car) && minutes < 1_000) {
      const powerW = acceptedPowerW(car);
      expect(powerW).toBeLessThanOrEqual(lastW);
      lastW = powerW;
      chargeVehicle(car, powerW * 60_000);
      minutes += 1;
    }
    expect([isFull(car), minutes > 150, minutes < 400, lastW < 1_200]).toEqual([true, true, true, true]);
  });

  test('tapers from 80 per cent on', () => {
    const at = (socPercent: number): number =>
      acceptedPowerW(vehicleOf({ name: 'car', batteryWh: 50_000, maxPowerW: 10_000, socPercent }));
    expect([0, 50, 80, 90, 99, 100].map(at)).toEqual([10_000, 10_000, 10_000, 5_250, 975, 0]);
  });

  test('pauses when it is told to', () => {
    const car = { ...vehicleOf({ name: 'car', batteryWh: 50_000, maxPowerW: 10_000, socPercent: 10 }), paused: true };
    expect(acceptedPowerW(car)).toBe(0);
  });

  test('says how much is missing to a state of charge, and reaches it with that', () => {
    fc.assert(fc.property(choices, fc.integer({ min: 0, max: 100 }), (choice, goal) => {
      const car = vehicleOf(choice);
      chargeVehicle(car, roomToSocWms(car, goal));
      expect(roomToSocWms(car, goal)).toBe(0);
      expect(socPercentOf(car)).toBeGreaterThanOrEqual(Math.min(goal, 100));
    }));
  });
});
