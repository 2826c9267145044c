// The sky over a place: sun, and weather that moves. All devices of one seed live under the same sky, so that
// neighbours see the same fronts, a little earlier or later.
// The weather is a sum of travelling plane waves with random directions and phases (spectral representation: Shinozuka
// and Deodatis 1991): a Gaussian field of place and time that is stationary, moves eastwards as the westerlies carry it,
// and costs two products per wave. Pressure is the field, warmth the same field a quarter wave on: warm air before a
// low, cold behind it. Sun: Cooper 1969 (declination). Saturation: Magnus form of Alduchov and Eskridge 1996.

import { cosTurns, exp, log, sin, sinTurns, twoPi } from '#core/elementary.ts'
import type { Rng } from '#core/rng.ts'
import { day_ms, hour_ms } from '#core/time.ts'
import { latticeNoise } from './field.ts'

export type Place = { readonly latitude: number; readonly longitude: number; readonly altitude_m: number }

/** What a place has at one instant. Rewritten by each call of `skyOver`. */
export type Sky = {
  /** Sine of the sun's height; below 0 at night. */
  sun: number
  /** Days and hours of local solar time: fraction of the day 0..1 and day number. */
  dayPart: number
  day: number
  /** Weather against the usual, standard normal each. */
  pressureAnomaly: number
  warmth: number
  /** 0 clear .. 1 overcast. */
  cloud: number
  /** Mean of the season, degrees Celsius, without day and weather. */
  seasonal_C: number
  temperature_C: number
  dewPoint_C: number
  pressure_hPa: number
  rain_mm_per_h: number
}

const waveCount = 24
const year_ms = 365.2425 * day_ms
/** Lifting of the air at which rain sets in: 1.3 of its standard deviations above the mean. */
const rainLift = 1.9

type Waves = {
  readonly period_ms: Float64Array
  readonly east: Float64Array
  readonly north: Float64Array
  readonly phase: Float64Array
  readonly amplitude: Float64Array
  /** sin and cos of 2 pi t / period at `at`. */
  readonly sine: Float64Array
  readonly cosine: Float64Array
  at: number
}

const regions = new WeakMap<Rng, Waves>()

/** The weather of a seed: shared by every device whose model is read with this rng. */
function wavesOf(rng: Rng): Waves {
  const known = regions.get(rng)
  if (known) return known
  const own = rng.derive('weather')
  const column = () => new Float64Array(waveCount)
  const waves: Waves = {
    period_ms: column(),
    east: column(),
    north: column(),
    phase: column(),
    amplitude: column(),
    sine: column(),
    cosine: column(),
    at: Number.NaN,
  }
  let power = 0
  for (let i = 0; i < waveCount; i++) {
    // 9 hours to 16 days, evenly in the logarithm; slow waves are the strong ones.
    const share = (i + own.uniformAt(4 * i)) / waveCount
    const period_h = 9 * exp(share * log(384 / 9))
    const direction = (own.uniformAt(4 * i + 1) - 0.5) * 0.34
    const speed_km_h = 25 + 20 * own.uniformAt(4 * i + 2)
    waves.period_ms[i] = period_h * hour_ms
    waves.east[i] = cosTurns(direction) / (speed_km_h * period_h)
    waves.north[i] = sinTurns(direction) / (speed_km_h * period_h)
    waves.phase[i] = own.uniformAt(4 * i + 3)
    waves.amplitude[i] = period_h / (1 + period_h / 120)
    power += square(waves.amplitude[i]!) / 2
  }
  for (let i = 0; i < waveCount; i++) waves.amplitude[i] = waves.amplitude[i]! / Math.sqrt(power)
  regions.set(rng, waves)
  return waves
}

/** A function of time that fills one Sky. `root` carries the weather, `own` what only this device has. */
export function skyOver(place: Place, root: Rng, own: Rng, scale: { seasonality: number; noise: number }) {
  const waves = wavesOf(root)
  const latitude = (place.latitude / 360) * twoPi
  const tropical = square(sin(latitude))
  const [sinLatitude, cosLatitude] = [sin(latitude), Math.sqrt(1 - tropical)]
  // Where the place stands in each wave, as a rotation of the wave at the origin.
  const placeSine = new Float64Array(waveCount)
  const placeCosine = new Float64Array(waveCount)
  for (let i = 0; i < waveCount; i++) {
    const x_km = place.longitude * 111.32 * cosLatitude
    const y_km = place.latitude * 110.57
    const turns = waves.phase[i]! - waves.east[i]! * x_km - waves.north[i]! * y_km
    placeSine[i] = sinTurns(turns) * waves.amplitude[i]!
    placeCosine[i] = cosTurns(turns) * waves.amplitude[i]!
  }
  const hemisphere = place.latitude < 0 ? -1 : 1
  const yearMean_C = 27.5 - 31 * tropical - 0.0065 * place.altitude_m
  const yearSwing_C = (0.5 + 15 * tropical) * hemisphere * scale.seasonality
  const altitudeFactor = exp(-place.altitude_m / 8430)
  const [patches, breath, moisture] = [2 * hour_ms, 25 * 60_000, 9 * hour_ms].map((spacing, i) =>
    latticeNoise(own.derive('air', i), spacing),
  ) as [(t: number) => number, (t: number) => number, (t: number) => number]
  const sky: Sky = {
    sun: 0,
    dayPart: 0,
    day: 0,
    pressureAnomaly: 0,
    warmth: 0,
    cloud: 0,
    seasonal_C: 0,
    temperature_C: 0,
    dewPoint_C: 0,
    pressure_hPa: 0,
    rain_mm_per_h: 0,
  }
  return (time: number): Sky => {
    if (time !== waves.at) {
      waves.at = time
      for (let i = 0; i < waveCount; i++) {
        waves.sine[i] = sinTurns(time / waves.period_ms[i]!)
        waves.cosine[i] = cosTurns(time / waves.period_ms[i]!)
      }
    }
    let pressure = 0
    let warmth = 0
    for (let i = 0; i < waveCount; i++) {
      pressure += waves.cosine[i]! * placeCosine[i]! - waves.sine[i]! * placeSine[i]!
      warmth += waves.sine[i]! * placeCosine[i]! + waves.cosine[i]! * placeSine[i]!
    }
    const solar = time / day_ms + place.longitude / 360
    sky.day = Math.floor(solar)
    sky.dayPart = solar - sky.day
    const season = time / year_ms - 19.5 / 365.2425
    const declination = -0.40910518 * cosTurns(season + 29.5 / 365.2425)
    const hourAngle = cosTurns(sky.dayPart - 0.5)
    const sinDeclination = sin(declination)
    sky.sun = sinLatitude * sinDeclination + cosLatitude * Math.sqrt(1 - square(sinDeclination)) * hourAngle
    const noon = Math.max(0.05, sinLatitude * sinDeclination + cosLatitude * Math.sqrt(1 - square(sinDeclination)))
    sky.pressureAnomaly = pressure * scale.noise
    sky.warmth = warmth * scale.noise
    const local = patches(time) * scale.noise
    const lift = -1.3 * sky.pressureAnomaly + 0.5 * sky.warmth + 0.8 * local - 0.2
    sky.cloud = logistic(lift)
    sky.seasonal_C = yearMean_C - yearSwing_C * cosTurns(season)
    // Warmest at three in the afternoon; clouds and a low sun flatten the day.
    const day =
      (cosTurns(sky.dayPart - 0.625) + 0.2 * cosTurns(2 * (sky.dayPart - 0.6))) *
      (1.2 + 5.2 * noon) *
      (1 - 0.65 * sky.cloud) *
      scale.seasonality
    const air = (0.5 + 5 * tropical) * sky.warmth
    sky.temperature_C = sky.seasonal_C + day + air + (0.5 * local + 0.18 * breath(time)) * scale.noise
    // The air's water follows the air mass, not the hour: so humidity falls as the day warms.
    const depression = 2.2 + 6 * (1 - sky.cloud) * (0.4 + 0.6 * noon)
    const dew = sky.seasonal_C + 0.8 * air - depression + 1.1 * moisture(time) * scale.noise
    sky.dewPoint_C = Math.min(dew, sky.temperature_C)
    const tide = 1.1 * cosLatitude * square(cosLatitude) * cosTurns(2 * (sky.dayPart - 10 / 24)) * scale.seasonality
    sky.pressure_hPa = (1013.5 + (1.2 + 13 * tropical) * sky.pressureAnomaly + tide) * altitudeFactor
    // Only the strongest lifting rains, in showers: about 7 % of the time and 700 mm a year.
    const wet = lift - rainLift
    sky.rain_mm_per_h = wet > 0 ? 1.6 * wet * Math.max(0, 0.6 + 0.8 * breath(time) * scale.noise) : 0
    return sky
  }
}

/** Relative humidity, percent, of air at a temperature with a dew point (both degrees Celsius). */
export const relativeHumidity = (temperature_C: number, dewPoint_C: number): number =>
  100 * exp((17.625 * dewPoint_C) / (243.04 + dewPoint_C) - (17.625 * temperature_C) / (243.04 + temperature_C))

const square = (x: number) => x * x
const logistic = (x: number) => 1 / (1 + exp(-2 * x))
