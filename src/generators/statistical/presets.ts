// Sensors by type: what each would read under the sky of its place, with the habits of the people and machines around.
// Everything is a function of time, so a value costs the same next year as now.

import { cosTurns, exp, log, sin, sinTurns, twoPi } from '#core/elementary.ts'
import type { Rng } from '#core/rng.ts'
import { day_ms, hour_ms, minute_ms } from '#core/time.ts'
import { type Place, relativeHumidity, type Sky, skyOver } from './climate.ts'
import { latticeNoise } from './field.ts'
import type { PresetName } from './params.ts'

export type Preset = {
  readonly unit: string
  readonly summary: string
  readonly lower?: number
  readonly upper?: number
  readonly resolution: number
  /** Typical variation, for the size of anomalies. */
  readonly scale: number
  /** Reads the sensor at an instant; made once per device. */
  readonly sensor: (site: Site) => (time: number, sky: Sky) => number
}

export type Site = {
  /** Randomness of this device and channel alone. */
  readonly own: Rng
  /** Randomness of this device, shared by its channels. */
  readonly device: Rng
  /** The sky of the site at any instant, for sensors that need more than now. */
  readonly sky: (time: number) => Sky
  /** Degrees, north positive: how strong the seasons are, and when. */
  readonly latitude: number
  readonly seasonality: number
  readonly noise: number
  readonly step_ms: number
}

/** White noise of the sensor itself: one draw for each step of the grid. */
const grain = ({ own, step_ms, noise }: Site) => {
  const rng = own.derive('grain')
  return (time: number) => noise * rng.normalAt(Math.floor(time / step_ms))
}
const slow = ({ own, noise }: Site, spacing_ms: number) => {
  const process = latticeNoise(own.derive('slow', spacing_ms), spacing_ms)
  return (time: number) => noise * process(time)
}
/** A number of this device in [low, high]. */
const trait = (rng: Rng, name: string, low: number, high: number) => low + (high - low) * rng.derive(name).uniformAt(0)
/** A bell around an hour of the day, on the circle of 24: what is left of it at midnight goes on after it. */
const bump = (hour: number, centre_h: number, width_h: number) => {
  const away = Math.abs(hour - centre_h)
  return exp(-0.5 * square(Math.min(away, 24 - away) / width_h))
}
const square = (x: number) => x * x
/** 1970-01-01 was a Thursday; 0 is Monday. */
const weekday = (day: number) => (((day + 3) % 7) + 7) % 7

export const presets: Readonly<Record<PresetName, Preset>> = {
  temperature: {
    unit: 'Cel',
    summary: 'outdoor air: year, day by local sun, fronts, local air',
    resolution: 0.01,
    scale: 2,
    sensor: (site) => {
      const offset = trait(site.device, 'shelter', -0.6, 0.6)
      const noise = grain(site)
      return (time, sky) => sky.temperature_C + offset + 0.05 * noise(time)
    },
  },
  humidity: {
    unit: '%',
    summary: 'relative humidity from temperature and dew point',
    lower: 0,
    upper: 100,
    resolution: 0.1,
    scale: 7,
    sensor: (site) => {
      const noise = grain(site)
      return (time, sky) => Math.max(4, relativeHumidity(sky.temperature_C, sky.dewPoint_C)) + 0.25 * noise(time)
    },
  },
  pressure: {
    unit: 'hPa',
    summary: 'station pressure: moving weather, twice-daily tide of the air',
    lower: 250,
    upper: 1090,
    resolution: 0.01,
    scale: 4,
    sensor: (site) => {
      const offset = trait(site.device, 'calibration', -0.4, 0.4)
      const noise = grain(site)
      return (time, sky) => sky.pressure_hPa + offset + 0.03 * noise(time)
    },
  },
  battery: {
    unit: '%',
    summary: 'drains faster in the cold, sags on cold nights, is changed',
    lower: 0,
    upper: 100,
    resolution: 0.1,
    scale: 8,
    sensor: battery,
  },
  vibration: {
    unit: 'mm/s',
    summary: 'machine with shifts and duty cycles; wear grows until maintenance',
    lower: 0,
    resolution: 0.001,
    scale: 0.6,
    sensor: (site) => {
      const duty = dutyOf(site)
      const noise = grain(site)
      const wearPeriod_ms = trait(site.device, 'maintenance', 30, 90) * day_ms
      const wearPhase = trait(site.device, 'wear', 0, 1)
      return (time, sky) => {
        const load = duty(time, sky)
        const turns = time / wearPeriod_ms + wearPhase
        const wear = 1 + 0.6 * square(turns - Math.floor(turns))
        return load > 0 ? (1.1 + 1.6 * load) * wear * exp(0.13 * noise(time)) : 0.12 * exp(0.2 * noise(time))
      }
    },
  },
  power: {
    unit: 'W',
    summary: 'the same machine from its plug: idle, shifts, load',
    lower: 0,
    resolution: 0.1,
    scale: 250,
    sensor: (site) => {
      const duty = dutyOf(site)
      const noise = grain(site)
      const rated = trait(site.device, 'rated', 900, 3200)
      return (time, sky) => {
        const load = duty(time, sky)
        return load > 0
          ? rated * (0.35 + 0.6 * load) * (1 + 0.02 * noise(time))
          : rated * 0.03 * (1 + 0.03 * noise(time))
      }
    },
  },
  traffic_count: {
    unit: '1',
    summary: 'vehicles per step: rush hours, weekends, rain',
    lower: 0,
    resolution: 1,
    scale: 5,
    sensor: traffic,
  },
  co2: {
    unit: '[ppm]',
    summary: 'a room in use: people by day, fresh air by night',
    lower: 380,
    upper: 5000,
    resolution: 1,
    scale: 120,
    sensor: (site) => {
      const noise = grain(site)
      const drift = slow(site, 40 * minute_ms)
      const people = site.device.derive('people')
      return (time, sky) => {
        const busy = weekday(sky.day) < 5 ? 0.7 + 0.6 * people.uniformAt(sky.day) : 0.08
        const hour = sky.dayPart * 24
        // Rises with use, falls as the room airs out: asymmetric on purpose.
        const use = rise(hour, 8.3, 0.9) * (1 - rise(hour, 17.2, 1.4)) * (1 - 0.3 * bump(hour, 12.6, 0.5))
        return 425 + 620 * busy * use * site.seasonality * (1 + 0.12 * drift(time)) + 6 * drift(time) + 4 * noise(time)
      }
    },
  },
  light: {
    unit: 'lx',
    summary: 'daylight by the height of the sun, dimmed by clouds',
    lower: 0,
    resolution: 1,
    scale: 8000,
    sensor: (site) => {
      const noise = grain(site)
      const passing = slow(site, 3 * minute_ms)
      return (time, sky) => {
        const dim = 1 - 0.75 * sky.cloud + 0.18 * sky.cloud * passing(time)
        const day = sky.sun > 0 ? 108_000 * sky.sun * Math.max(0.05, dim) : 0
        // Civil twilight: light fades over six degrees.
        const dusk = 400 * exp(Math.min(0, sky.sun) * 45)
        return (day + dusk) * (1 + 0.01 * noise(time))
      }
    },
  },
  wind_speed: {
    unit: 'm/s',
    summary: 'Weibull winds that follow the fronts, gusts, calmer nights',
    lower: 0,
    upper: 75,
    resolution: 0.1,
    scale: 1.5,
    sensor: (site) => {
      const noise = grain(site)
      const [hours, minutes] = [slow(site, 3 * hour_ms), slow(site, 4 * minute_ms)]
      const exposed = trait(site.device, 'exposed', 0.7, 1.3)
      return (time, sky) => {
        const latent = 0.6 * -sky.pressureAnomaly + 0.65 * hours(time) + 0.3 * minutes(time) + 0.2 * noise(time)
        const day = 1 + 0.22 * cosTurns(sky.dayPart - 0.6) * site.seasonality
        // Weibull of shape 2 from a normal, by the logistic form of its distribution function.
        return 4.2 * exposed * day * Math.sqrt(log(1 + exp(1.702 * latent)))
      }
    },
  },
  rainfall: {
    unit: 'mm/h',
    summary: 'rain rate under low pressure',
    lower: 0,
    resolution: 0.1,
    scale: 1,
    sensor: () => (_, sky) => sky.rain_mm_per_h,
  },
  soil_moisture: {
    unit: '%',
    summary: 'wetted by rain, drying for days',
    lower: 3,
    upper: 60,
    resolution: 0.1,
    scale: 3,
    sensor: (site) =>
      afterRain(site, { dry: 12, most: 34, half_mm: 6, lag_ms: 2 * hour_ms, decay_ms: 4 * day_ms, grain: 0.08 }),
  },
  water_level: {
    unit: 'm',
    summary: 'a river: rises hours after rain, falls slowly',
    lower: 0,
    resolution: 0.001,
    scale: 0.15,
    sensor: (site) =>
      afterRain(site, { dry: 0.6, most: 3, half_mm: 14, lag_ms: 9 * hour_ms, decay_ms: 2 * day_ms, grain: 0.003 }),
  },
}

const rise = (x: number, centre: number, width: number) => 1 / (1 + exp(-(x - centre) / (width * 0.4)))

/** 100 % down to where somebody changes it. The charge used is the integral of a rate that the season bends. */
function battery(site: Site): (time: number, sky: Sky) => number {
  const life_ms = trait(site.device, 'battery life', 45, 160) * day_ms
  const phase = trait(site.device, 'battery phase', 0, 1)
  const changes = site.device.derive('battery change')
  const noise = grain(site)
  const year_ms = 365.2425 * day_ms
  // Seasons as in the sky's temperature: they grow with the squared sine of the latitude, and are turned round south of
  // the equator. At 50 degrees the drain in winter is 35 % above its mean; the sine is the integral of the cosine.
  const sinLatitude = sin((site.latitude / 360) * twoPi)
  const winter = (0.6 * sinLatitude * Math.abs(sinLatitude) * site.seasonality * year_ms) / twoPi
  return (time, sky) => {
    const used = (time + winter * sinTurns(time / year_ms - 19.5 / 365.2425)) / life_ms + phase
    const cell = Math.floor(used)
    const floor = 6 + 16 * changes.uniformAt(cell)
    const x = used - cell
    // Flat in the middle, steeper at both ends, as a lithium cell looks to its gauge.
    const curve = x + 0.06 * sinTurns(x)
    const sag = 0.09 * Math.max(0, 18 - sky.temperature_C) * (0.3 + 0.7 * x)
    return 100 - (100 - floor) * curve - sag + 0.05 * noise(time)
  }
}

/** Load of the device's machine, 0 off .. 1 full: shifts by weekday, then duty slots of twelve minutes. */
function dutyOf(site: Site): (time: number, sky: Sky) => number {
  const slots = site.device.derive('duty')
  const slot_ms = 12 * minute_ms
  const start_h = trait(site.device, 'shift start', 5.5, 8)
  const length_h = trait(site.device, 'shift length', 8, 15)
  const effort = trait(site.device, 'effort', 0.75, 0.95)
  return (time, sky) => {
    const hour = sky.dayPart * 24
    const working = weekday(sky.day) < 5 ? effort : weekday(sky.day) === 5 ? 0.3 : 0.03
    const inShift = hour >= start_h && hour < start_h + length_h
    const slot = Math.floor(time / slot_ms)
    if (slots.uniformAt(2 * slot) >= (inShift ? working : 0.02)) return 0
    return 0.25 + 0.75 * slots.uniformAt(2 * slot + 1)
  }
}

function traffic(site: Site): (time: number, sky: Sky) => number {
  const busy_per_h = trait(site.device, 'road', 350, 1500)
  const morning = trait(site.device, 'inbound', 0.6, 1)
  const platoons = slow(site, 7 * minute_ms)
  const days = site.device.derive('traffic day')
  const counts = site.own.derive('count')
  const factorOf = (day: number) => 1 + 0.08 * site.noise * days.normalAt(day)
  return (time, sky) => {
    const hour = sky.dayPart * 24
    const rush = morning * bump(hour, 7.9, 1.1) + (1.6 - morning) * bump(hour, 17.4, 1.6) + 0.5 * bump(hour, 12.8, 3.2)
    const leisure = 0.62 * bump(hour, 14.5, 4.2) + 0.1 * bump(hour, 0.5, 1.6)
    // A day's habits end in its night, not at the stroke of twelve: three hours on either side lead over to the next.
    const other = sky.day + (hour < 12 ? -1 : 1)
    const nearness = Math.max(0, 3 - Math.min(hour, 24 - hour)) / 6
    const theirs = square(nearness) * (3 - 2 * nearness)
    const profile = (day: number) => (weekday(day) < 5 ? rush : leisure)
    const share = 0.03 + (profile(sky.day) * (1 - theirs) + profile(other) * theirs) * site.seasonality
    const today = factorOf(sky.day) * (1 - theirs) + (theirs > 0 ? theirs * factorOf(other) : 0)
    const wet = 1 - 0.12 * Math.min(1, sky.rain_mm_per_h / 4)
    const mean = ((busy_per_h * site.step_ms) / hour_ms) * share * today * wet * exp(0.16 * platoons(time))
    return poisson(mean, counts, Math.floor(time / site.step_ms))
  }
}

/** A Poisson count by inversion; a rounded normal where the mean is large enough to be one. */
function poisson(mean: number, rng: Rng, position: number): number {
  if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * rng.normalAt(position)))
  let left = rng.uniformAt(position)
  let term = exp(-mean)
  let count = 0
  while (left > term && count < 400) {
    left -= term
    count++
    term *= mean / count
  }
  return count
}

type Soak = { dry: number; most: number; half_mm: number; lag_ms: number; decay_ms: number; grain: number }

/** What the rain of the last weeks leaves behind: each eight hours' rain rises over `lag_ms` and fades over `decay_ms`. */
function afterRain(site: Site, { dry, most, half_mm, lag_ms, decay_ms, grain: fine }: Soak): (time: number) => number {
  const noise = grain(site)
  const slot_ms = 8 * hour_ms
  const memory = Math.ceil((6 * decay_ms) / slot_ms)
  // The rain of a slot does not change: it is kept for as long as it counts.
  const kept = new Float64Array(memory + 1)
  const keptSlot = new Float64Array(memory + 1).fill(-1)
  const rainOf = (slot: number): number => {
    const place = slot % kept.length
    if (keptSlot[place] !== slot) {
      let sum = 0
      for (let part = 0; part < 4; part++) sum += site.sky((slot + (part + 0.5) / 4) * slot_ms).rain_mm_per_h
      kept[place] = (sum / 4) * 8
      keptSlot[place] = slot
    }
    return kept[place]!
  }
  return (time) => {
    const now = Math.floor(time / slot_ms)
    let wet_mm = 0
    for (let slot = Math.max(0, now - memory); slot < now; slot++) {
      const rain = rainOf(slot)
      if (rain === 0) continue
      // Counted from the end of its slot, so that water never comes before the rain.
      const age = time - (slot + 1) * slot_ms
      wet_mm += rain * (1 - exp(-age / lag_ms)) * exp(-age / decay_ms)
    }
    return dry + (most * wet_mm) / (wet_mm + half_mm) + fine * noise(time)
  }
}

/** Reads every preset channel of a device at an instant, into the slots given. */
export function presetReader(
  names: readonly string[],
  slots: readonly number[],
  place: Place & { readonly device: string },
  root: Rng,
  scale: { readonly seasonality: number; readonly noise: number },
  step_ms: number,
): (time: number, into: Float64Array) => void {
  const device = root.derive('device', place.device)
  const sky = skyOver(place, root, device, scale)
  // Made for the few sensors that ask: most read only the sky of now.
  let elsewhen: ((time: number) => Sky) | undefined
  const skyAt = (time: number) => {
    elsewhen ??= skyOver(place, root, device, scale)
    return elsewhen(time)
  }
  const sensors = names.map((name) =>
    presets[name as PresetName].sensor({
      own: device.derive('channel', name),
      device,
      sky: skyAt,
      latitude: place.latitude,
      step_ms,
      ...scale,
    }),
  )
  return (time, into) => {
    const now = sky(time)
    for (let i = 0; i < sensors.length; i++) into[slots[i]!] = sensors[i]!(time, now)
  }
}
