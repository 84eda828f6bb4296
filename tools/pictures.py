#!/usr/bin/env python3
"""pictures.py: draws one small page and codes it in the ways that scanners do, into tests/pictures. Needs pillow.

page.png is what all the others show: TIFF in CCITT group 3 and 4 and in LZW, and PDFs that hold it in CCITT group 4, JBIG2 and
JPEG 2000 (without loss).
"""
import io, struct
from pathlib import Path
from PIL import Image, ImageDraw, ImageFont

OUT = Path(__file__).parents[1] / "tests" / "pictures"
DPI, W, H = 200, 320, 160


def page(ink=0):
    im = Image.new("1", (W, H), 1 - ink); d = ImageDraw.Draw(im); font = ImageFont.load_default(28)
    for y in (10, 60, 110, 150): d.line([10, y, 310, y], fill=ink, width=2)
    for x in (10, 160, 310): d.line([x, 10, x, 150], fill=ink, width=2)
    for i, text in enumerate(["Name", "Units", "Total", "1590", "East", "1204"]): d.text((30 + 150 * (i % 2), 18 + 50 * (i // 2)), text, fill=ink, font=font)
    return im


def group4(im):
    """The bare lines of CCITT group 4: what the one strip of a TIFF holds."""
    b = io.BytesIO(); im.save(b, "TIFF", compression="group4", tiffinfo={278: H}); t = Image.open(b)
    (at,), (size,) = t.tag_v2[273], t.tag_v2[279]
    return b.getvalue()[at:at + size], t.tag_v2[262]


def jbig2(im):
    """A page and one generic region coded by MMR, which is group 4 (ITU-T T.88, 6.2.6), as PDF embeds them."""
    # Here a set bit is ink, whatever it is in a TIFF.
    data, photometric = group4(im)
    if photometric: data, _ = group4(page(1))
    segment = lambda n, kind, body: struct.pack(">IBBBI", n, kind, 0, 1, len(body)) + body
    info = struct.pack(">IIIIBH", W, H, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", W, H, 0, 0, 0) + b"\x01" + data
    return segment(0, 48, info) + segment(1, 38, region)


def pdf(stream, filter, bits, extra=""):
    w, h = W * 72 / DPI, H * 72 / DPI; draw = f"{w} 0 0 {h} 0 0 cm /I Do".encode()
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {w} {h}]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>".encode(),
               b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
               f"<</Type/XObject/Subtype/Image/Width {W}/Height {H}/ColorSpace/DeviceGray/BitsPerComponent {bits}/Filter/{filter}{extra}/Length {len(stream)}>>stream\n".encode() + stream + b"\nendstream"]
    out, places = b"%PDF-1.5\n", []
    for i, o in enumerate(objects): places.append(len(out)); out += b"%d 0 obj" % (i + 1) + b"\n" + o + b"\nendobj\n"
    table = len(out); out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table


def main():
    OUT.mkdir(exist_ok=True); im = page()
    im.save(OUT / "page.png", dpi=(DPI, DPI))
    for name, way in (("group3", "group3"), ("group4", "group4"), ("lzw", "tiff_lzw")): im.save(OUT / f"{name}.tif", compression=way, dpi=(DPI, DPI))
    data, photometric = group4(im); black = "true" if photometric else "false"
    (OUT / "ccitt.pdf").write_bytes(pdf(data, "CCITTFaxDecode", 1, f"/DecodeParms<</K -1/Columns {W}/Rows {H}/BlackIs1 {black}>>"))
    (OUT / "jbig2.pdf").write_bytes(pdf(jbig2(im), "JBIG2Decode", 1))
    b = io.BytesIO(); im.convert("L").save(b, "JPEG2000", irreversible=False)
    (OUT / "jpeg2000.pdf").write_bytes(pdf(b.getvalue(), "JPXDecode", 8))


main()
