// Units: short texts in the spelling of UCUM where it has one. '' means that nobody knows, '1' a plain number.

/** Usual unit of a channel by its name, for channels that come without one. */
const usual: readonly (readonly [RegExp, string])[] = [
  [/^(temp|temperature|.*_temp(erature)?|dew_?point)$/i, 'Cel'],
  [/^(hum|humidity|rh|.*_humidity)$/i, '%'],
  [/^(pressure|baro|.*_pressure)$/i, 'hPa'],
  [/^(battery|battery_level|.*_percent|.*_pct)$/i, '%'],
  [/^(power|.*_power)$/i, 'W'],
  [/^(energy|.*_energy)$/i, 'kW.h'],
  [/^(vibration|.*_vibration)$/i, 'mm/s'],
  [/^(speed|.*_speed)$/i, 'km/h'],
  [/^(co2)$/i, '[ppm]'],
  [/^(light|illuminance|lux)$/i, 'lx'],
  [/_bytes_per_s$/i, 'By/s'],
  [/_per_s$/i, '/s'],
  [/_bytes$/i, 'By'],
  [/_ms$/i, 'ms'],
  [/_s$/i, 's'],
]

/** A guess from the channel's name; '' where there is none. */
export const unitOfChannel = (name: string): string => usual.find(([pattern]) => pattern.test(name))?.[1] ?? ''

const printed: Record<string, string> = { Cel: '°C', '[ppm]': 'ppm', 'kW.h': 'kWh', By: 'B', 'By/s': 'B/s', '1': '' }

/** How a person wants to see the unit: 'Cel' is '°C'. */
export const printUnit = (unit: string): string => printed[unit] ?? unit
