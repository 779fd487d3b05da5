package main

import (
	"fmt"
	"strings"
)

var clips = []clip{
	{540, 960, 8, aurora, []chord{{110, 164.81, 220, 261.63, 329.63}, {87.31, 174.61, 220, 261.63, 349.23}}, 3},
	{540, 960, 8, sunset, []chord{{130.81, 196, 246.94, 329.63}, {110, 196, 261.63, 329.63}}, 2},
	{854, 480, 8, concert, []chord{{146.83, 220, 293.66}, {116.54, 233.08, 349.23}, {174.61, 261.63, 349.23}, {130.81, 196, 329.63}}, 1.5},
	{854, 480, 8, hearts, []chord{{130.81, 261.63, 329.63, 392}, {146.83, 293.66, 349.23, 440}}, 4},
}

// aurora: curtains of light over mountains at night.
func aurora(c clip) string {
	stars := paint{
		vars: "st(0," + hash("X", "Y") + ");st(1,gt(ld(0),0.9975)*(1-Y/H*1.3)*(90+60000*(ld(0)-0.9975)));",
		r:    "ld(1)", g: "ld(1)", b: "min(255,ld(1)*1.15)",
	}
	return c.still("sky", colours("Y/H", 0x040818, 0x081430, 0x123048, 0x1d4a55), "") +
		c.still("stars", stars, "gblur=sigma=0.55") +
		shine("sky", "stars", "night") +
		c.moving("green", 4, curtain(0.36, 1, 0.30, 1), "") +
		c.moving("violet", 4, curtain(0.27, -1, 0.22, 0.75), "") +
		shine("night", "green", "one") + shine("one", "violet", "two") +
		c.still("far", ridge(0.71, 0.06, 2, 0x0c2433), "") + cover("two", "far", "0", "three") +
		c.still("near", ridge(0.79, 0.05, 3, 0x07141f), "") + cover("three", "near", "0", "four") +
		c.still("trees", trees(0.88, 0x02070c), "") + cover("four", "trees", "0", "five") + finish("five")
}

// curtain hangs at the height y (of the picture), folds in the given
// direction, reaches up by tall, and shines with the given strength.
func curtain(y, direction, tall, strength float64) paint {
	vars := fmt.Sprintf(`st(0,X/W);st(1,2*PI*T/8*(%g));
		st(2,%g+0.05*sin(2*PI*ld(0)*1.1+ld(1))+0.022*sin(2*PI*ld(0)*2.3-ld(1)));
		st(3,ld(2)-Y/H);
		st(4,if(gt(ld(3),0),exp(-ld(3)/%g),exp(ld(3)/0.018)));
		st(5,0.55+0.3*sin(2*PI*ld(0)*7+3*sin(2*PI*ld(0)*2+ld(1))+ld(1))+0.15*sin(2*PI*ld(0)*15-2*ld(1)));
		st(6,ld(4)*ld(5)*%g);st(7,clip(ld(3)/%g,0,1));`, direction, y, tall*0.42, strength, tall)
	return paint{
		vars: clean(vars),
		r:    "ld(6)*(40+170*ld(7))", g: "ld(6)*(235-130*ld(7))", b: "ld(6)*(120+110*ld(7))",
	}
}

// ridge is a row of mountains with its foot out of the picture.
func ridge(y, height float64, peaks, rgb int) paint {
	line := fmt.Sprintf("(%g-%g*(2/PI*asin(sin(2*PI*%d*X/W+%d))+0.5*asin(sin(2*PI*%d*X/W+2))+0.22*asin(sin(2*PI*%d*X/W)))/1.6)*H",
		y, height, peaks, peaks, peaks*2+1, peaks*5+2)
	p := colours("0", rgb, rgb)
	p.a = "255*clip(Y-" + line + "+0.5,0,1)"
	return p
}

// trees are two rows of firs of different heights, on their ground.
func trees(y float64, rgb int) paint {
	p := colours("0", rgb, rgb)
	row := func(n int, tall float64, seed string) string {
		cell := fmt.Sprintf("floor(X/W*%d)", n)
		// 0 is how far below its tip a place is, 1 at the foot; 1 is half the
		// width of the tree there, in tiers.
		return clean(fmt.Sprintf(`st(0,(Y/H-%g+%g*(0.45+0.55*%s))/%g);
			st(1,W/%d*0.5*(0.5*ld(0)+0.5*mod(ld(0)*5,1)*(0.25+0.75*ld(0))));
			gt(ld(0),0)*clip(ld(1)-abs(X-(%s+0.5)*W/%d)+0.5,0,1)`,
			y, tall, hash(cell, seed), tall, n, cell, n))
	}
	p.a = "st(2," + row(17, 0.11, "1") + ");st(3," + row(26, 0.075, "5") +
		fmt.Sprintf(");255*max(max(ld(2),ld(3)),clip(Y-(%g+0.006*sin(9*X/W))*H+0.5,0,1))", y-0.012)
	return p
}

// sunset: a striped sun over waves of coloured paper.
func sunset(c clip) string {
	sun := colours("(Y/H-0.27)/0.28", 0xfff3b0, 0xffc46b, 0xff7a8a, 0xe8468f)
	sun.vars = "st(0,hypot(X-W/2,Y-0.42*H)/W);st(1,(Y/H-0.40)/0.16);"
	sun.a = "255*clip((0.27-ld(0))*W,0,1)*if(gt(ld(1),0),gt(mod(ld(1)*6,1),0.12+0.5*ld(1)),1)"
	glow := paint{vars: "st(0,exp(-pow(hypot(X-W/2,Y-0.42*H)/W/0.42,2))*(0.9+0.1*sin(2*PI*T/8)));",
		r: "150*ld(0)", g: "70*ld(0)", b: "80*ld(0)"}
	var b strings.Builder
	b.WriteString(c.still("sky", colours("Y/H/0.62", 0x1c0b3f, 0x4a1668, 0x9c2a86, 0xf0607f, 0xffb27a), ""))
	b.WriteString(c.moving("glow", 6, glow, "") + shine("sky", "glow", "sea0"))
	b.WriteString(c.still("sun", sun, "gblur=sigma=0.5") + cover("sea0", "sun", "0", "wave0"))
	shades := []int{0xd94b8b, 0xb23a8c, 0x8a2f88, 0x64267d, 0x43206c, 0x281556, 0x160c3a}
	for i, rgb := range shades {
		name, under, out := fmt.Sprintf("w%d", i), fmt.Sprintf("wave%d", i), fmt.Sprintf("wave%d", i+1)
		turns := float64(1 + i/3)
		if i%2 == 1 {
			turns = -turns
		}
		b.WriteString(c.still(name, wave(0.55+0.062*float64(i), 0.008+0.0022*float64(i), i, rgb), c.drift(turns, 0)))
		b.WriteString(cover(under, name, fmt.Sprintf("4+%d*sin(2*PI*t/4+%d)", 3+i/2, i), out))
	}
	return b.String() + finish(fmt.Sprintf("wave%d", len(shades)))
}

// wave is a sea with its crest at the height y; it repeats with the width. A
// rim of light stands on the crest.
func wave(y, height float64, i, rgb int) paint {
	k := 2 + i%3
	p := colours("clip((Y-ld(0))/(0.11*H),0,1)", mixed(rgb, 0xff9ec4, 0.2), rgb, rgb)
	p.vars = fmt.Sprintf("st(0,(%g-%g*(sin(2*PI*%d*X/W+%d)+0.4*sin(2*PI*%d*X/W+%d)))*H);", y, height, k, i*2, k*2+1, i)
	p.a = "255*clip(Y-ld(0)+0.5,0,1)"
	return p
}

// mixed is the colour a with a part of b.
func mixed(a, b int, part float64) int {
	out := 0
	for _, shift := range []int{16, 8, 0} {
		x, y := float64(a>>shift&255), float64(b>>shift&255)
		out |= int(x+(y-x)*part) << shift
	}
	return out
}

// concert: beams of light over a crowd that moves to the beat.
func concert(c clip) string {
	beams := []struct {
		x, lean, swing, turns float64
		rgb                   int
	}{
		{0.10, 0.45, 0.35, 1, 0x18c8ff}, {0.30, 0.15, 0.40, -1, 0xff3fa4}, {0.50, 0, 0.50, 1, 0xffb03a},
		{0.70, -0.15, 0.40, 1, 0x9a5bff}, {0.90, -0.45, 0.35, -1, 0x2af0c0},
	}
	var r, g, bl []string
	for i, m := range beams {
		light := fmt.Sprintf("exp(-pow((atan2(X/W-%g,Y/W+0.03)-(%g+%g*sin(2*PI*T/8*%g+%d)))/0.055,2))/(0.75+2.2*hypot(X/W-%g,Y/W))+0.9*exp(-pow(hypot(X/W-%g,Y/W)/0.035,2))",
			m.x, m.lean, m.swing, m.turns, i*2, m.x, m.x)
		r = append(r, fmt.Sprintf("%d*(%s)", m.rgb>>16&255, light))
		g = append(g, fmt.Sprintf("%d*(%s)", m.rgb>>8&255, light))
		bl = append(bl, fmt.Sprintf("%d*(%s)", m.rgb&255, light))
	}
	sum := func(parts []string) string { return "min(255,0.85*(" + strings.Join(parts, "+") + "))" }
	floor := paint{vars: "st(0,exp(-pow((X/W-0.5)/0.42,2)-pow((Y/H-0.86)/0.26,2))*(0.8+0.2*sin(2*PI*T/4)));",
		r: "190*ld(0)", g: "60*ld(0)", b: "170*ld(0)"}
	return c.still("hall", colours("Y/H", 0x0a0718, 0x140a2a, 0x2a1046), "") +
		c.moving("floor", 7, floor, "") + shine("hall", "floor", "h1") +
		c.moving("beams", 2, paint{r: sum(r), g: sum(g), b: sum(bl)}, "") + shine("h1", "beams", "h2") +
		c.still("back", crowd(19, 0.77, 0.0135, 0.4, 0x1d0b33), "") + cover("h2", "back", "6+3*sin(2*PI*t)", "h3") +
		c.still("mid", crowd(13, 0.83, 0.0195, 0.35, 0x12061f), "") + cover("h3", "mid", "6+5*sin(2*PI*t+1)", "h4") +
		c.still("front", crowd(9, 0.92, 0.028, 0.3, 0x06020c), "") + cover("h4", "front", "6+6*sin(2*PI*t+2)", "h5") + finish("h5")
}

// crowd is a row of n people; some of them, the given part, raise an arm.
func crowd(n int, y, head, raised float64, rgb int) paint {
	p := colours("0", rgb, rgb)
	p.vars = clean(fmt.Sprintf(`st(0,floor(X/W*%d));st(1,%s);st(2,%s);st(3,%g*W);
		st(4,X-(ld(0)+0.5+0.22*(ld(1)-0.5))/%d*W);st(5,(%g+0.05*(ld(2)-0.5))*H);
		st(6,if(gt(ld(1),0.5),1,-1)*ld(4));`,
		n, hash(fmt.Sprint("floor(X/W*", n, ")"), "3"), hash(fmt.Sprint("floor(X/W*", n, ")"), "9"), head, n, y))
	body := "clip((1-hypot(ld(4)/(2.15*ld(3)),min(0,Y-ld(5)-3.3*ld(3))/(2.1*ld(3))))*ld(3)+0.5,0,1)"
	face := "clip(ld(3)-hypot(ld(4),(Y-ld(5))*0.86)+0.5,0,1)"
	side := "(ld(6)-1.3*ld(3)-0.08*(Y-ld(5)))"
	arm := "clip(0.27*ld(3)-abs" + side + "+0.5,0,1)*gt(Y,ld(5)-2.1*ld(3))*lt(Y,ld(5)+3*ld(3))"
	fist := "clip(0.36*ld(3)-hypot(" + side + ",Y-ld(5)+2.2*ld(3))+0.5,0,1)"
	below := fmt.Sprintf("clip(Y-%g*H-2.6*ld(3),0,1)", y) // shoulder to shoulder
	p.a = fmt.Sprintf("255*max(max(%s,max(%s,%s)),lt(ld(2),%g)*max(%s,%s))", below, face, body, raised, arm, fist)
	return p
}

// hearts: hearts and lights that rise before a slow change of colours.
func hearts(c clip) string {
	glow := paint{vars: "st(0,2*PI*T/8);st(1,exp(-pow(hypot(X/W-0.3-0.12*sin(ld(0)),Y/H-0.4)/0.5,2)));st(2,exp(-pow(hypot(X/W-0.78,Y/H-0.65-0.12*cos(ld(0)))/0.42,2)));",
		r: "120*ld(1)+24*ld(2)", g: "18*ld(1)+70*ld(2)", b: "96*ld(1)+120*ld(2)"}
	return c.still("night", colours("Y/H", 0x2a0f4f, 0x3a1461, 0x1b0b3d), "") +
		c.moving("glow", 7, glow, "") + shine("night", "glow", "b0") +
		c.still("far", floating(8, 4, 0.30, 0.20, 1), "gblur=sigma=5") + cover("b0", "far", "6*sin(2*PI*t/8)", "b1") +
		c.still("mid", floating(7, 4, 0.34, 0.85, 2), c.drift(0, -1)) + cover("b1", "mid", "0", "b2") +
		c.still("near", floating(4, 2, 0.28, 0.95, 7), c.drift(0, -1)) + cover("b2", "near", "0", "b3") + finish("b3")
}

// floating is a field of columns by rows cells, each of which may hold a heart
// or a disc of about the size given (of a cell), as solid as given.
func floating(columns, rows int, size, solid float64, seed int) paint {
	cell := [2]string{fmt.Sprintf("floor(X/W*%d)", columns), fmt.Sprintf("floor(Y/H*%d)", rows)}
	chance := func(k int) string {
		return hash(cell[0]+fmt.Sprintf("+%d", seed*k), cell[1]+fmt.Sprintf("*1.7+%d", k))
	}
	vars := fmt.Sprintf(`st(0,%s);st(1,%s);st(2,%s);
		st(3,H/%d*%g*(0.55+0.45*ld(0)));
		st(4,(X-(%s+0.5+0.3*(ld(1)-0.5))*W/%d)/ld(3));
		st(5,(Y-(%s+0.5+0.3*(ld(2)-0.5))*H/%d)/ld(3));
		st(6,1-1.1*hypot(ld(4),-ld(5)-0.1-0.62*sqrt(abs(ld(4)))));
		st(7,if(gt(ld(1),0.45),clip(0.5+ld(6)*0.75*ld(3),0,1)*(0.82-0.18*ld(5)),0.4*clip((0.6-hypot(ld(4),ld(5)))*ld(3)+0.5,0,1)));`,
		chance(1), chance(2), chance(3), rows, size, cell[0], columns, cell[1], rows)
	return paint{
		vars: clean(vars),
		r:    "255", g: "70+130*ld(0)*ld(0)", b: "120+110*ld(2)",
		a: fmt.Sprintf("255*%g*ld(7)*gt(%s,0.45)", solid, chance(4)),
	}
}
