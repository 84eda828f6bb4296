#!/usr/bin/env python3
"""scan.py IN.pdf OUT.pdf KIND SEED: what a scanner, a fax or a phone would leave of a drawn notice.
scan.py IN.pdf OUT.png KIND SEED PAGE: the same of one page. samples/aid-2021/scan.png is `fax 1 5` of notice.pdf there.

KIND: flat, low150, fax, halffax, eats, closes, dust, pencil, gutter, keystone, moire, bleed, sideways, over, stamps, broken, curl,
blue, streaks, faint, copy, photo, fold, squeezed, corner, staple, double, dither, crushed, coffee, ticks, circles, marker. Needs pypdfium2, numpy and pillow.
The truth of the notice stays that of IN.pdf.
"""
import io, random, sys
import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter

INKS = {"red": (205, 30, 40), "blue": (40, 60, 180), "violet": (120, 40, 150)}


def pages(path, dpi):
    doc = pypdfium2.PdfDocument(path)
    return [doc[i].render(scale=dpi / 72).to_pil().convert("RGB") for i in range(len(doc))]


def stamp(im, ink, rng, dpi):
    """A round seal with a star, its ink over what is printed."""
    r = int(dpi * rng.uniform(.7, .85)); big = Image.new("L", (2 * r + 20, 2 * r + 20), 0); d = ImageDraw.Draw(big); c = r + 10
    d.ellipse([10, 10, 10 + 2 * r, 10 + 2 * r], outline=255, width=int(dpi * .035))
    pts = [(c + (r * (.32 if i % 2 == 0 else .13)) * np.sin(i * np.pi / 5), c - (r * (.32 if i % 2 == 0 else .13)) * np.cos(i * np.pi / 5)) for i in range(10)]
    d.polygon(pts, fill=255)
    for i in range(14):
        a = np.pi * (.8 + 1.4 * i / 13); x, y = c + .78 * r * np.cos(a), c + .78 * r * np.sin(a); s = dpi * .045
        d.line([x - s, y - s, x + s, y + s], fill=255, width=4); d.line([x + s, y - s, x - s, y + s], fill=255, width=4); d.line([x, y - s, x, y + s], fill=255, width=4)
    big = big.rotate(rng.uniform(-30, 30)).filter(ImageFilter.GaussianBlur(.8))
    x, y = int(rng.uniform(.15, .8) * im.width) - r, int(rng.uniform(.2, .8) * im.height) - r
    a = np.asarray(im).astype(float); m = np.zeros(a.shape[:2]); b = np.asarray(big) / 255 * rng.uniform(.55, .9)
    y0, x0 = max(y, 0), max(x, 0); part = b[y0 - y: y0 - y + m.shape[0] - y0, x0 - x: x0 - x + m.shape[1] - x0]
    m[y0:y0 + part.shape[0], x0:x0 + part.shape[1]] = part
    ink = np.array(INKS[ink]) / 255.
    return Image.fromarray((a * (1 - m[..., None] * (1 - ink))).clip(0, 255).astype("uint8"))


def remap(im, fx, fy, fill=250):
    """Each pixel from where (fx, fy) say, between pixels."""
    a = np.asarray(im).astype(float); h, w = a.shape[:2]
    y, x = np.mgrid[0:h, 0:w].astype(float); sx, sy = fx(x, y), fy(x, y)
    x0, y0 = np.floor(sx).astype(int), np.floor(sy).astype(int); tx, ty = (sx - x0)[..., None], (sy - y0)[..., None]
    ok = (x0 >= 0) & (y0 >= 0) & (x0 < w - 1) & (y0 < h - 1); x0, y0 = x0.clip(0, w - 2), y0.clip(0, h - 2)
    v = (a[y0, x0] * (1 - tx) + a[y0, x0 + 1] * tx) * (1 - ty) + (a[y0 + 1, x0] * (1 - tx) + a[y0 + 1, x0 + 1] * tx) * ty
    v[~ok] = fill
    return Image.fromarray(v.clip(0, 255).astype("uint8"))


def grain(im, rng, sigma, blur):
    im = im.filter(ImageFilter.GaussianBlur(blur)); g = np.random.default_rng(rng.randrange(1 << 30))
    return Image.fromarray((np.asarray(im).astype(float) + g.normal(0, sigma, (im.height, im.width, 1))).clip(0, 255).astype("uint8"))


def skewed(im, rng, most):
    return im.rotate(rng.uniform(-most, most), resample=Image.BICUBIC, fillcolor=(250, 250, 248))


def damage(im, kind, rng, dpi, number, others):
    w, h = im.size
    if kind in ("flat", "low150"):
        return grain(skewed(im, rng, .8), rng, rng.uniform(3, 7), rng.uniform(.3, .6))
    if kind == "fax":
        g = np.asarray(grain(skewed(im, rng, 1.5), rng, 16, .5).convert("L")).astype(float)
        return Image.fromarray(((g > rng.uniform(140, 180)) * 255).astype("uint8")).convert("1")
    if kind == "halffax":
        # Of each two lines one: 204 by 98 dots an inch, drawn at its true shape.
        im = skewed(im, rng, 1.5).resize((round(w * 204 / 200), round(h * 98 / 200)), Image.BOX)
        g = np.asarray(grain(im, rng, 10, .4).convert("L")).astype(float)
        one = Image.fromarray(((g > rng.uniform(150, 185)) * 255).astype("uint8"))
        return one.resize((w, h), Image.NEAREST).convert("1")
    if kind in ("eats", "closes"):
        g = np.asarray(grain(skewed(im, rng, 1), rng, 9, .6).convert("L")).astype(float)
        limit = rng.uniform(85, 115) if kind == "eats" else rng.uniform(205, 222)
        return Image.fromarray(((g > limit) * 255).astype("uint8")).convert("1")
    if kind == "dust":
        im = skewed(im, rng, .8); d = ImageDraw.Draw(im)
        for _ in range(int(w * h / 9000)):
            x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.choice((.6, .8, 1, 1, 1.5, 2.2)); v = rng.randint(20, 110)
            d.ellipse([x - r, y - r, x + r, y + r * rng.uniform(.6, 1.6)], fill=(v, v, v))
        return grain(im, rng, 5, .5)
    if kind == "pencil":
        d = ImageDraw.Draw(im)
        for _ in range(rng.randint(4, 8)):
            x, y = rng.uniform(.2, .8) * w, rng.uniform(.2, .85) * h; n = rng.uniform(.3, 1.2) * dpi; v = rng.randint(95, 140)
            d.line([(x + n * t / 8, y + rng.uniform(-.02, .02) * dpi + n * t / 60) for t in range(9)], fill=(v, v, v + 4), width=3)
        return grain(skewed(im, rng, .8), rng, 5, .5)
    if kind == "gutter":
        a, d = rng.uniform(10, 26) * dpi / 200, rng.uniform(.12, .2) * w
        im = remap(skewed(im, rng, .6), lambda x, y: x - 6 * np.exp(-x / d), lambda x, y: y + a * np.exp(-x / d) * (y / h - .4) * 1.4)
        shade = 1 - .55 * np.exp(-np.arange(w) / (.07 * w))
        return grain(Image.fromarray((np.asarray(im) * shade[None, :, None]).astype("uint8")), rng, 5, .5)
    if kind == "keystone":
        k, s, b = rng.uniform(-.035, .035), rng.uniform(-.02, .02), rng.uniform(2, 9)
        im = remap(im, lambda x, y: x + k * (x - w / 2) * (y / h - .5) * 1.5, lambda x, y: y + s * (x - w / 2) + b * np.sin(x / w * np.pi) + k * (y - h / 2) * .4)
        yy, xx = np.mgrid[0:h, 0:w]; light = 1 - .3 * ((xx / w - rng.random()) ** 2 + (yy / h - rng.random()) ** 2)
        tint = np.array([rng.uniform(.82, 1), rng.uniform(.85, 1), rng.uniform(.75, 1)])
        return grain(Image.fromarray((np.asarray(im) * light[..., None] * tint).astype("uint8")), rng, 6, .7)
    if kind == "moire":
        a = np.asarray(skewed(im, rng, 1)).astype(float); yy, xx = np.mgrid[0:h, 0:w]; p, t = rng.uniform(3.2, 6), rng.uniform(.2, 1.3)
        a += (rng.uniform(10, 20) * np.sin(2 * np.pi * (xx * np.cos(t) + yy * np.sin(t)) / p))[..., None] - 12
        return grain(Image.fromarray(a.clip(0, 255).astype("uint8")), rng, 4, .5)
    if kind == "bleed":
        back = np.asarray(others.transpose(Image.FLIP_LEFT_RIGHT).resize(im.size).filter(ImageFilter.GaussianBlur(1.6))).astype(float)
        a = np.asarray(im).astype(float) - (255 - back) * rng.uniform(.14, .24)
        return grain(skewed(Image.fromarray(a.clip(0, 255).astype("uint8")), rng, 1), rng, 5, .5)
    if kind == "sideways":
        return grain(skewed(im, rng, .7), rng, 5, .5).rotate(90 if rng.random() < .5 else 270, expand=True)
    if kind == "over":
        return grain(skewed(im, rng, .7), rng, 5, .5).rotate(180)
    if kind == "stamps":
        for ink in rng.sample(sorted(INKS), 2):
            im = stamp(im, ink, rng, dpi)
        return grain(skewed(im, rng, 1), rng, 5, .5)
    if kind == "broken":
        a = np.asarray(im.convert("L")).astype(float); g = np.random.default_rng(rng.randrange(1 << 30))
        worn = np.asarray(Image.fromarray((g.random((h // 9 + 1, w // 9 + 1)) * 255).astype("uint8")).resize((w, h), Image.BILINEAR)).astype(float)
        a = np.where(worn > 168, np.minimum(255, a + (worn - 168) * 2.2), a)
        return grain(skewed(Image.fromarray(a.astype("uint8")).convert("RGB"), rng, 1.2), rng, 6, .5)
    if kind == "curl":
        # A bound page: near the gutter it bends away, so that text is narrower, higher, darker and out of focus there.
        d, deep, side = rng.uniform(.1, .17) * w, rng.uniform(.3, .45), rng.random() < .5
        mirror = (lambda x: w - 1 - x) if side else (lambda x: x)
        near = lambda x: np.exp(-mirror(x) / d)
        im = remap(skewed(im, rng, .5), lambda x, y: x + (-1 if side else 1) * deep * d * (near(x) - np.exp(-w / d)), lambda x, y: y + (y - h / 2) * .03 * near(x) + .012 * h * near(x))
        far = near(np.arange(w))[None, :, None]; soft = np.asarray(im.filter(ImageFilter.GaussianBlur(1.6))).astype(float)
        a = np.asarray(im).astype(float) * (1 - far) + soft * far
        return grain(Image.fromarray((a * (1 - .5 * far)).clip(0, 255).astype("uint8")), rng, 5, .5)
    if kind == "blue":
        # The department's stamp and its seal across the fold, both in blue: as dark as some print is in grey.
        for _ in range(3):
            im = stamp(im, "blue", rng, dpi)
        return grain(skewed(im, rng, .8), rng, 5, .5)
    if kind == "streaks":
        # Dirt on the glass of a feeder: lines down the whole sheet, whatever stands there, some dark and some white.
        a = np.asarray(skewed(im, rng, .9)).astype(float)
        for _ in range(rng.randint(3, 6)):
            x, n, v = rng.randint(int(.1 * w), int(.9 * w)), rng.choice((1, 1, 2, 3)), rng.choice((60, 120, 170, 255))
            a[:, x:x + n] = a[:, x:x + n] * .25 + v * .75
        return grain(Image.fromarray(a.astype("uint8")), rng, 5, .4)
    if kind == "faint":
        # Toner that runs out: bands down the page where print is nearly paper.
        a = np.asarray(skewed(im, rng, .9)).astype(float); xx = np.arange(w) / w; n, t = rng.uniform(1, 3), rng.random()
        ink = rng.uniform(.3, .42) + .3 * (1 + np.sin(2 * np.pi * (n * xx + t))) / 2
        return grain(Image.fromarray((250 - (250 - a) * ink[None, :, None]).astype("uint8")), rng, 6, .5)
    if kind == "copy":
        # A copy of a copy of a copy: each a little askew, a little larger, of one bit, with dirt of its own.
        one = im.convert("L")
        for i in range(3):
            d = ImageDraw.Draw(one)
            for _ in range(int(w * h / 60000)):
                x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.choice((.6, .8, 1.2)); d.ellipse([x - r, y - r, x + r, y + r], fill=40)
            k = rng.uniform(-.004, .008); one = one.rotate(rng.uniform(-.5, .5), resample=Image.BICUBIC, fillcolor=250)
            one = one.transform((w, h), Image.AFFINE, (1 - k, 0, k * w / 2, 0, 1 - k, k * h / 2), Image.BICUBIC, fillcolor=250)
            g = np.asarray(one.filter(ImageFilter.GaussianBlur(.9))).astype(float) + np.random.default_rng(rng.randrange(1 << 30)).normal(0, 10, (h, w))
            one = Image.fromarray(((g > rng.uniform(145, 190)) * 255).astype("uint8"))
        return one.convert("1")
    if kind == "photo":
        # A phone held over the desk: narrower at the top, a hand's shadow across, out of focus towards one end.
        k, s = rng.uniform(.02, .05), rng.uniform(-.015, .015)
        im = remap(im, lambda x, y: w / 2 + (x - w / 2) * (1 + k * (1 - 2 * y / h)), lambda x, y: y + s * (x - w / 2) + k * h * .3 * (y / h) * (1 - y / h), fill=90)
        yy, xx = np.mgrid[0:h, 0:w]; slope, at = rng.uniform(-.5, .5), rng.uniform(.3, .7)
        dark = 1 / (1 + np.exp(((yy / h - at) + slope * (xx / w - .5)) * 40)); light = 1 - rng.uniform(.25, .4) * dark
        a = np.asarray(im).astype(float); far = (yy / h)[..., None] if rng.random() < .5 else 1 - (yy / h)[..., None]
        a = a * (1 - far) + np.asarray(im.filter(ImageFilter.GaussianBlur(1.5))).astype(float) * far
        tint = np.array([rng.uniform(.9, 1), rng.uniform(.88, .98), rng.uniform(.75, .95)])
        return grain(Image.fromarray((a * light[..., None] * tint).clip(0, 255).astype("uint8")), rng, 7, .5)
    if kind == "fold":
        # Folded in three for an envelope: what stands on a crease is shifted, and its toner has come off.
        im = skewed(im, rng, .7); a = np.asarray(im).astype(float); g = np.random.default_rng(rng.randrange(1 << 30))
        for y in (int(h * rng.uniform(.3, .37)), int(h * rng.uniform(.63, .7))):
            a[y:] = np.roll(a[y:], rng.choice((-2, -1, 1, 2)), axis=1); off = g.random((6, w, 1)) < .45
            a[y - 3:y + 3] = np.where(off, 246, a[y - 3:y + 3]); a[y:y + 2] -= 28; a[y + 3:y + 14] -= np.linspace(16, 0, 11)[:, None, None]
        return grain(Image.fromarray(a.clip(0, 255).astype("uint8")), rng, 5, .5)
    if kind == "squeezed":
        # Sent on by a messenger: smaller, and in blocks of eight.
        im = grain(skewed(im, rng, .8), rng, 4, .5).resize((round(w * .72), round(h * .72)), Image.BICUBIC); b = io.BytesIO()
        im.save(b, "JPEG", quality=rng.randint(18, 26)); b.seek(0)
        return Image.open(b).convert("RGB").resize((w, h), Image.BICUBIC)
    if kind == "corner":
        # A corner folded over, its back and its shade over what is printed there; the opposite one torn off.
        c = int(rng.uniform(.12, .2) * w); yy, xx = np.mgrid[0:h, 0:w]; right = rng.random() < .5
        x = w - 1 - xx if right else xx; a = np.asarray(skewed(im, rng, .7)).astype(float); d = x + yy - c
        a[(d < 0) & (x + yy > 0)] = 238; a[d < -c * .5] = 96
        shade = (d >= 0) & (d < .05 * dpi); a[shade] *= (.6 + .4 * d / (.05 * dpi))[shade][:, None]
        off = (w - 1 - x) + (h - 1 - yy) < .7 * c + 6 * np.sin(xx / 9.); a[off] = 60
        return grain(Image.fromarray(a.clip(0, 255).astype("uint8")), rng, 5, .5)
    if kind == "staple":
        # Two staples left in, each with its shade, and the dent that they leave across the margin.
        im = skewed(im, rng, .7); d = ImageDraw.Draw(im)
        for _ in range(2):
            x, y, n, t = rng.uniform(.08, .5) * w, rng.uniform(.05, .3) * h, .45 * dpi, rng.uniform(-.7, .7); dx, dy = n * np.cos(t), n * np.sin(t)
            d.line([x + 4, y + 5, x + dx + 4, y + dy + 5], fill=(190, 190, 190), width=int(.06 * dpi))
            d.line([x, y, x + dx, y + dy], fill=(105, 108, 112), width=int(.025 * dpi)); d.line([x, y - 1, x + dx, y + dy - 1], fill=(215, 217, 220), width=2)
        return grain(im, rng, 5, .5)
    if kind == "double":
        # The sheet slipped while it was scanned: all of it once more, fainter and a little aside.
        dx, dy = rng.choice((-1, 1)) * rng.uniform(.012, .03) * dpi, rng.uniform(-.012, .012) * dpi; a = np.asarray(skewed(im, rng, .6)).astype(float)
        ghost = np.roll(a, (round(dy), round(dx)), (0, 1)); a -= (255 - ghost) * rng.uniform(.12, .25)
        return grain(Image.fromarray(a.clip(0, 255).astype("uint8")), rng, 5, .5)
    if kind == "dither":
        # Grey paper and all, as a multifunction copier set to photo gives it in one bit: errors diffused to what is next.
        a = np.asarray(grain(skewed(im, rng, .8), rng, 5, .6).convert("L")).astype(float) * rng.uniform(.9, .97) + 4
        return Image.fromarray(a.clip(0, 255).astype("uint8")).convert("1", dither=Image.Dither.FLOYDSTEINBERG)
    if kind == "crushed":
        # As small as the mail gateway would have it.
        b = io.BytesIO(); grain(skewed(im, rng, .8), rng, 3, .5).save(b, "JPEG", quality=10); b.seek(0)
        return Image.open(b).convert("RGB")
    if kind == "coffee":
        # The ring of a cup, and what ran from it.
        im = skewed(im, rng, .7); yy, xx = np.mgrid[0:h, 0:w]; a = np.asarray(im).astype(float)
        x, y, r = rng.uniform(.3, .7) * w, rng.uniform(.25, .7) * h, rng.uniform(.75, 1) * dpi; far = np.hypot(xx - x, yy - y) - r
        m = .42 * np.exp(-(far / (.03 * dpi)) ** 2) + .1 * (far < 0) + .25 * np.exp(-((xx - x - r * .6) / (.2 * dpi)) ** 2 - ((yy - y - r * .9) / (.12 * dpi)) ** 2)
        return grain(Image.fromarray((a * (1 - m[..., None] * np.array([.25, .5, .8]))).clip(0, 255).astype("uint8")), rng, 5, .5)
    if kind == "ticks":
        # Whoever checked the figures ticked them off by pen, beside them and over them.
        d = ImageDraw.Draw(im); pen = rng.choice(((30, 50, 170), (25, 25, 30), (190, 30, 40)))
        for _ in range(rng.randint(8, 16)):
            x, y, n = rng.uniform(.3, .85) * w, rng.uniform(.2, .8) * h, rng.uniform(.07, .13) * dpi
            d.line([(x, y), (x + .45 * n, y + .8 * n), (x + 1.7 * n, y - 1.1 * n)], fill=pen, width=rng.choice((2, 3, 3)), joint="curve")
        return grain(skewed(im, rng, .8), rng, 5, .5)
    if kind == "circles":
        # Figures that somebody asked about, ringed in red by hand.
        big = im.copy(); d = ImageDraw.Draw(big)
        for _ in range(rng.randint(4, 8)):
            x, y, rx, ry = rng.uniform(.35, .85) * w, rng.uniform(.25, .8) * h, rng.uniform(.2, .35) * dpi, rng.uniform(.09, .15) * dpi; t0 = rng.uniform(0, 6.3)
            at = lambda t: (x + rx * (1 + .06 * t / 6.3) * np.cos(t0 + t) + .02 * dpi * np.sin(3 * t), y + ry * (1 + .1 * t / 6.3) * np.sin(t0 + t))
            d.line([at(t * .12) for t in range(58)], fill=(205, 40, 50), width=rng.choice((2, 3)), joint="curve")
        return grain(skewed(big, rng, .8), rng, 5, .5)
    if kind == "marker":
        # A highlighter over rows and names, yellow, green or pink.
        a = np.asarray(im).astype(float)
        for _ in range(rng.randint(3, 6)):
            y, n, x = int(rng.uniform(.2, .8) * h), int(rng.uniform(.1, .15) * dpi), int(rng.uniform(.1, .5) * w); to = min(w, x + int(rng.uniform(.15, .5) * w))
            a[y:y + n, x:to] *= np.array(rng.choice(((1, .97, .45), (.6, .97, .6), (1, .6, .8))))
        return grain(skewed(Image.fromarray(a.clip(0, 255).astype("uint8")), rng, .8), rng, 5, .5)
    raise SystemExit(f"{kind}: no such kind")


def main(src, out, kind, seed, page=None):
    rng = random.Random(f"{kind} {seed}"); dpi = 150 if kind == "low150" else 200
    ims = pages(src, dpi); done = []
    for i, im in enumerate(ims):
        d = damage(im, kind, rng, dpi, i, ims[(i + 1) % len(ims)])
        if d.mode == "1": done.append(d); continue
        b = io.BytesIO(); d.save(b, "JPEG", quality=rng.randint(45, 80)); b.seek(0); done.append(Image.open(b))
    if page:
        done[int(page) - 1].save(out, "PNG", optimize=True, dpi=(dpi, dpi)); return
    done[0].save(out, "PDF", save_all=True, append_images=done[1:], resolution=dpi)


if __name__ == "__main__":
    main(*sys.argv[1:])
