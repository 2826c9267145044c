# Makes test/golden/elementary.json: values of sin, cos, exp, log and the inverse normal distribution with 40 digits of
# working precision, rounded to doubles. Needs mpmath. Run: python3 test/golden/elementary.py > test/golden/elementary.json
import json
from mpmath import mp, mpf, sin, cos, exp, log, erfinv, sqrt, findroot, erfc, ncdf

mp.dps = 40


def inverse_normal(p):
    if p > 1e-10:
        return sqrt(2) * erfinv(2 * p - 1)
    x = -sqrt(-2 * log(p))
    return findroot(lambda z: log(erfc(-z / sqrt(2)) / 2) - log(p), x)


angles = [0.0, 1e-9, 0.1, 0.5, 0.7853981633974483, 1.0, 1.5707963267948966, 2.5, 3.141592653589793, 6.5, -0.3, -4.0,
          100.25, 12345.678, -99999.5, 1e6]
exponents = [0.0, 1.0, -1.0, 0.5, 1e-8, 17.25, -17.25, 100.0, -300.5, 700.0, -740.0]
positives = [1.0, 2.0, 0.5, 1.0000001, 0.7071, 1.4143, 3.25, 1e-3, 123456.789, 1e-300, 1e300, 5e-324]
shares = [0.5, 0.25, 0.9, 0.075, 0.001, 1e-5, 1 - 1e-5, 0.424, 0.926, 2.0 ** -33, 1e-12, 1e-30, 0.975]
print(json.dumps({
    'sin': [[x, float(sin(mpf(x)))] for x in angles],
    'cos': [[x, float(cos(mpf(x)))] for x in angles],
    'exp': [[x, float(exp(mpf(x)))] for x in exponents],
    'log': [[x, float(log(mpf(x)))] for x in positives],
    'inverseNormal': [[p, float(inverse_normal(mpf(p)))] for p in shares],
}, indent=1))
