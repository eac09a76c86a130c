"""Where the confidence starts from in every installation. Written by a fit on development questions.

English and Russian, with 0 to 30 letters per article, a quarter of them letters that no article answers; cases with
the right article taken away count a tenth, wrong first places a half. `firmness` is how sharply those questions held
each figure, per case. The first weight is lowered, by 0.6 and 0.3: a wrong answer shown costs more than silence.
For the same reason there is `caution`, chosen on lives of 400 to 1,500 letters so that precision stays above .95;
the more words are known to mean the same, the more letters look known, and the more of it is needed.
"""

from kb_search.confidence import Prior

WORDS_ALONE = Prior(
    (-1.6349, 0.2211, 1.6319, 1.5575, -0.0274, 2.3657, -0.9757, 0.2356, 0.0),
    (
        (0.1116, 0.105, 0.0218, 0.032, 0.0178, 0.0395, 0.1771, 0.1906, 0.0),
        (0.105, 1.0214, 0.0571, 0.0521, 0.0573, 0.0902, 0.2952, 0.4781, 0.0),
        (0.0218, 0.0571, 0.0078, 0.0095, 0.006, 0.0119, 0.0479, 0.0523, 0.0),
        (0.032, 0.0521, 0.0095, 0.0131, 0.007, 0.0153, 0.0658, 0.0656, 0.0),
        (0.0178, 0.0573, 0.006, 0.007, 0.0082, 0.0113, 0.0395, 0.0434, 0.0),
        (0.0395, 0.0902, 0.0119, 0.0153, 0.0113, 0.0224, 0.0897, 0.0918, 0.0),
        (0.1771, 0.2952, 0.0479, 0.0658, 0.0395, 0.0897, 0.4325, 0.3718, 0.0),
        (0.1906, 0.4781, 0.0523, 0.0656, 0.0434, 0.0918, 0.3718, 0.4625, 0.0),
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    ),
    caution=0.65,
)
WITH_MEANING = Prior(
    (-2.3743, 0.2325, 0.6389, 0.9289, -1.0175, 1.7817, -1.0302, 0.2157, 2.7308),
    (
        (0.1129, 0.411, 0.0271, 0.0298, 0.0206, 0.0383, 0.191, 0.5077, 0.0448),
        (0.411, 2.6482, 0.1447, 0.1466, 0.1422, 0.2141, 0.9, 2.4449, 0.1924),
        (0.0271, 0.1447, 0.0112, 0.0117, 0.0093, 0.0151, 0.0626, 0.161, 0.0126),
        (0.0298, 0.1466, 0.0117, 0.0126, 0.0094, 0.0158, 0.067, 0.1714, 0.0136),
        (0.0206, 0.1422, 0.0093, 0.0094, 0.0147, 0.0165, 0.0515, 0.1431, 0.0103),
        (0.0383, 0.2141, 0.0151, 0.0158, 0.0165, 0.0251, 0.0947, 0.2458, 0.0185),
        (0.191, 0.9, 0.0626, 0.067, 0.0515, 0.0947, 0.4831, 1.0721, 0.086),
        (0.5077, 2.4449, 0.161, 0.1714, 0.1431, 0.2458, 1.0721, 2.9002, 0.2356),
        (0.0448, 0.1924, 0.0126, 0.0136, 0.0103, 0.0185, 0.086, 0.2356, 0.0205),
    ),
    caution=0.2,
)
